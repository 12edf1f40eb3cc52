// What was typed, before anything is known to make sense; and the making sense of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/lockctl/options.hpp"
#include "core/base/result.hpp"

namespace lockctl {

struct Words {
  std::string endpoints, ns, output = "text", timeout = "10s";
  std::string seen;  // the file of --history
  bool quiet = false, verbose = false;

  std::string name, wait, ttl, kill_after, on_lost = "kill", note, token, max_hold, lock_delay, queue;
  std::string permits;  // of a semaphore
  bool exclusive = false, shared = false, no_wait = false, barge = false, red = false;
  int timeout_code = 124;
  std::optional<int> while_pid;

  std::string keep_for, retries, on_fail = "replay", input_hash;  // of once

  std::string file, reason, since, shell;
  bool now = false;
  std::vector<std::string> settings;

  std::string set, value, if_index, code;
  bool wait_status = false, watch_status = false, clear = false, stale = false;
  std::string consistency;

  std::string member, other_member, priority, server;  // of a cluster's administration
  std::vector<std::string> members;
  bool all = false;

  std::uint32_t clients = 16;
  std::optional<std::uint32_t> servers;
  std::string seconds = "5s", warmup = "1s", workload = "uncontended", pids, label = "lockd";
  std::uint32_t names = 8;
  std::string history;
  std::string folder, whom, signal = "KILL";
  bool keep = false;

  std::vector<std::string> command;  // behind `--`
};

// The verb by its words, such as `run` or `dev up`. The error names the flag.
base::Result<Options> make_options(const std::string& verb, const Words& words);

}  // namespace lockctl
