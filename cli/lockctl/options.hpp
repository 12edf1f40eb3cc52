// What the command line said, checked as far as one can without a server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/time.hpp"
#include "core/lock/command.hpp"

namespace lockctl {

enum class Output { text, json, result };

struct Global {
  std::string endpoints;  // as given; empty: look for a local cluster
  std::string ns;         // put before every name, with a slash between
  Output output = Output::text;
  bool quiet = false;
  bool verbose = false;
  base::Duration timeout = std::chrono::seconds(10);
  std::string history = {};  // the file that what this client saw is added to; empty: none

  std::string full_name(const std::string& name) const;
  // The name without the prefix, as its user knows it.
  std::string short_name(const std::string& full) const;
};

struct LockFlags {
  std::string name;                 // the first of them: any of its names stands for a grant
  std::vector<lock::Wanted> locks;  // as their user knows them, without Global::ns
  bool no_wait = false;
  std::optional<base::Duration> wait;
  lock::Millis ttl{0};
  int timeout_code = 0;
  std::string note;
  std::optional<lock::Millis> max_hold;
  lock::Millis lock_delay{0};
  lock::Queueing queueing;

  // All names, `a,b`: what a person is told, and LOCKD_LOCK.
  std::string title() const;
};
struct Run {
  LockFlags lock;
  std::optional<base::Duration> kill_after;
  bool warn_when_lost = false;
  bool red = false;  // Global::endpoints are groups, `;` between independent clusters
  std::vector<std::string> command;
};
struct Elect {
  LockFlags lock;
  std::optional<base::Duration> kill_after;
  std::vector<std::string> command;
};
struct Fence {
  std::string file;
  lock::Token token;
  std::vector<std::string> command;
};
struct Once {
  LockFlags lock;  // exclusive, one name
  std::optional<base::Duration> kill_after;
  lock::Millis keep{0};
  std::uint32_t attempts = 0;  // runs at most
  lock::OnFail on_fail = lock::OnFail::replay;
  std::string input;  // empty: not looked at
  std::vector<std::string> command;
};
struct Acquire {
  LockFlags lock;
  std::optional<int> while_pid;
};
struct Hold {
  std::string name;
  lock::Token token;
};
struct Release : Hold {};
struct Downgrade : Hold {};
struct Break : Hold {
  std::string reason;
  bool now = false;
};
struct Check : Hold {
  lock::Consistency consistency;
};
struct Renew : Hold {
  lock::Millis ttl{0};
};
struct Audit {
  std::string name;
};
struct Watch {
  std::string name;  // ends in '/': a prefix; empty: every name
  std::optional<std::uint64_t> since;
  bool of_status = false;  // begins with the status of the one name
};
struct ShowLimits {};
struct MoveLimits {
  std::vector<lock::Setting> settings;
};
struct Completion {
  std::string shell;
};
struct ReadStatus {
  std::string name;
  lock::Consistency consistency;
};
struct SetStatus {
  std::string name;
  std::string state;
  std::optional<std::uint64_t> if_index;
  std::optional<std::int64_t> code;
  std::string value;
  std::optional<lock::Token> token;
  lock::Millis ttl{0};
};
struct WaitStatus {
  std::string name;
  std::optional<base::Duration> wait;
  lock::Consistency consistency;
};
struct ClearStatus {
  std::string name;
  std::optional<std::uint64_t> if_index;
};
struct List {
  std::string prefix;
  lock::Consistency consistency;
};
struct Health {};
struct ListMembers {};
struct AlterMembers {
  lock::ChangeMembers change;
  std::string done;  // told when it is
  std::optional<base::Duration> wait;
};
struct Transfer {
  base::NodeId to;  // 0: whoever is furthest
  std::optional<base::Duration> wait;
};
struct Snapshot {
  std::string server;  // an endpoint; empty: the first that answers
  bool all = false;
  std::optional<base::Duration> wait;
};
struct ShowMetrics {
  std::string server;  // as above
};
struct Bench {
  std::uint32_t clients = 16;
  base::Duration measured = std::chrono::seconds(5);
  base::Duration warmup = std::chrono::seconds(1);
  std::string workload = "uncontended";
  std::string pids;  // of servers, to account their CPU
  std::string label = "lockd";
  std::uint32_t names = 8;  // mixed: how many the clients share
  std::string history;      // the file to write it to; empty: none
};
struct DevUp {
  std::uint32_t servers = 0;  // 0: as there are, else 5
  std::string folder;
};
struct DevStatus {
  std::string folder;
};
struct DevAdd {
  std::string folder;
};
struct DevRemove {
  std::string folder;
  std::uint64_t node = 0;
};
struct DevRestart {
  std::string folder;
  std::uint64_t node = 0;  // 0: all, one after the other
};
struct DevKill {
  std::string folder;
  std::string whom;  // a node's number, or "leader"
  std::string signal = "KILL";
};
struct DevPause {
  std::string folder;
  std::string whom;  // as of DevKill
  bool resume = false;
};
struct DevDown {
  std::string folder;
  bool keep = false;
};

using Verb =
    std::variant<Run, Once, Elect, Fence, Acquire, Release, Renew, Check, Downgrade, Break, ReadStatus,
                 SetStatus, WaitStatus, ClearStatus, Watch, Audit, List, ShowLimits, MoveLimits, Health,
                 ListMembers, AlterMembers, Transfer, Snapshot, ShowMetrics, Bench, Completion, DevUp,
                 DevStatus, DevAdd, DevRemove, DevRestart, DevKill, DevPause, DevDown>;

struct Options {
  Global global;
  Verb verb;
};

}  // namespace lockctl
