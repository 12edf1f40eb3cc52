// A story to be simulated, as its file tells it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/result.hpp"
#include "core/node/node.hpp"
#include "sim/coverage.hpp"
#include "sim/distribution.hpp"
#include "sim/network.hpp"
#include "sim/orders.hpp"
#include "sim/programs.hpp"

namespace sim {

struct At {
  Time time;
};
struct Every {
  Duration period;
};
// At random, so far apart on average.
struct AtRandom {
  Duration mean;
};
// At the nth event of this name that matches.
struct When {
  std::string event;
  std::uint64_t nth = 1;
  std::map<std::string, std::string> where;  // lock, state, reason, client, server
};
using Trigger = std::variant<At, Every, AtRandom, When>;

enum class Selector {
  leader,
  old_leader,
  followers,
  minority,
  majority,
  one,
  all,
  holder,
  learner,
  event_node,
  event_client,
  client,
  server,
  nobody  // in particular
};
struct Selection {
  Selector selector = Selector::leader;
  std::string lock;                     // holder
  std::optional<std::uint32_t> number;  // client, server: from 1; nothing: any
};

// Which side of a partition clients stand on.
enum class ClientSide { random, near, far, both };
struct Partition {
  enum class Shape { split, isolate, oneway } shape = Shape::isolate;
  ClientSide clients = ClientSide::far;
};
struct Crash {};
struct Restart {};
struct Pause {};
struct ClockJump {
  Duration by{0};
  bool monotonic = false;
};
// Loses the disk, too; it comes back as another server.
struct Wipe {};
struct Heal {};
using Action = std::variant<Partition, Crash, Restart, Pause, ClockJump, Wipe, Order, Heal>;

struct Step {
  Trigger trigger;
  Action action;
  Selection select;
  std::optional<Distribution> duration_ns;  // `for`
};

struct Workload {
  std::vector<std::uint32_t> clients;  // from 1; empty: all
  lock::Millis ttl{5000};
  ProgramTuning tuning;
};

struct Checks {
  bool raft_invariants = false;
  bool stale_reads = false;
  std::vector<std::string> linearizable;  // patterns of names
  bool fence_monotonic_at_store = false;
  bool each_once = false;
  std::optional<Duration> converge_within;
};

struct Scenario {
  std::string file;
  std::string name;
  std::string about;
  std::vector<std::uint64_t> seeds;
  std::uint32_t servers = 3;  // from the beginning; all vote
  std::uint32_t joiners = 0;  // machines on which none lives yet
  std::uint32_t clients = 3;
  std::vector<std::uint8_t> priorities;  // of the servers, in order; 1 where none is named
  raft::Tuning tuning;
  node::SnapshotPolicy snapshots;
  Network::Tuning network;
  Distribution disk_latency_ns = Distribution::lognormal(500'000, 5'000'000);
  Distribution drift_ppm;
  Distribution client_drift_ppm;
  Distribution clock_offset_ns = Distribution::uniform(0, 1'000'000'000'000);
  std::vector<Step> timeline;
  std::vector<Workload> workload;
  Checks checks;
  Coverage require;
  Coverage require_per_seed;
  Duration sim_limit = std::chrono::seconds(120);
  std::uint64_t events_limit = 50'000'000;
  std::optional<std::string> expect_fail;

  std::uint32_t machines() const { return servers + joiners; }
  // When faults stop and all is healed: at the last `heal` with a time, or early enough to converge within
  // the limit.
  Time timeline_ends() const;
};

base::Result<Scenario> parse_scenario(std::string_view text, const std::string& file);
base::Result<Scenario> read_scenario(const std::string& path);

// The JSON Schema of a scenario file.
const char* scenario_schema();

}  // namespace sim
