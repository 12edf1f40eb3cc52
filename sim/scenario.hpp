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
#include "sim/disk_faults.hpp"
#include "sim/distribution.hpp"
#include "sim/draws.hpp"
#include "sim/network.hpp"
#include "sim/orders.hpp"
#include "sim/partitions.hpp"
#include "sim/programs.hpp"

namespace sim {

struct At {
  Distribution time_ns;  // drawn once a run
};
struct Every {
  Distribution period_ns;
};
// At random, so far apart on average.
struct AtRandom {
  Duration mean;
};
// At the nth event of this name that matches, and at each `every`th after it; 0: once.
struct When {
  std::string event;
  std::uint64_t every = 0;
  Distribution nth = 1;                      // drawn once a run
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
  event_peer,
  event_client,
  client,
  server,
  places,  // by name, or those of a zone
  any,     // one server or client
  nobody   // in particular
};
struct Selection {
  Selector selector = Selector::leader;
  std::string lock;                     // holder
  std::optional<std::uint32_t> number;  // client, server: from 1; nothing: any
  std::vector<Place> places;            // where the selector says so
};

struct Crash {
  bool process = false;  // the machine keeps its power
};
struct Restart {};
// The process stops; its machine goes on taking what arrives.
struct Pause {};
// The machine sleeps: nothing arrives, either.
struct Suspend {};
struct ClockJump {
  Distribution by_ns;
  bool monotonic = false;
};
// Their connections break.
struct ResetConnections {};
// More clients come and ask, so far apart on average all together.
struct Flood {
  Duration interval{0};
};
// Loses the disk, too; it comes back as another server.
struct Wipe {};
struct DiskAction {
  enum class How { slow, full, fail_reads, fail_writes, fail_syncs, rot, torn, lost } how = How::slow;
};
// An operator makes a new cluster of the newest survivor, where a majority is gone for good.
struct Recovery {};
struct Heal {};
using Action = std::variant<Partition, Crash, Restart, Pause, Suspend, ClockJump, ResetConnections, Flood,
                            Wipe, DiskAction, Order, Recovery, Heal>;

struct Step {
  Trigger trigger;
  Action action;
  Selection select;
  std::optional<Distribution> duration_ns;  // `for`
  bool forever = false;                     // nothing heals it
  std::string path;                         // where it stands in the file, such as timeline[3]
};

struct Workload {
  std::vector<std::uint32_t> clients;  // from 1; empty: all
  lock::Millis ttl{5000};
  Distribution keys = 4;  // drawn once a run, as are the objects
  Distribution objects = 10;
  std::optional<std::uint32_t> under;  // the client that runs these
  ProgramTuning tuning;
};

struct Checks {
  bool raft_invariants = false;
  bool stale_reads = false;
  std::vector<std::string> linearizable;  // patterns of names
  bool fence_monotonic_at_store = false;
  bool each_once = false;
  std::optional<Duration> converge_within;
  std::optional<std::uint32_t> availability_min_ppm;
};

// What differs from other machines' clocks.
struct OwnClock {
  std::optional<Distribution> drift_ppm;
  std::optional<Distribution> offset_ns;
};

struct Scenario {
  std::string file;
  std::uint64_t text_digest = 0;  // of the file
  std::string name;
  std::string about;
  std::vector<std::uint64_t> seeds;
  std::optional<Schedule> schedule;  // instead of seeds: one run, whatever seed is named
  std::uint32_t servers = 3;         // from the beginning; all vote
  std::uint32_t joiners = 0;         // machines on which none lives yet
  std::uint32_t clients = 3;
  std::vector<std::uint8_t> priorities;  // of the servers, in order; 1 where none is named
  raft::Tuning tuning;
  node::SnapshotPolicy snapshots;
  std::map<std::string, std::vector<Place>> zones;
  std::optional<Distribution> cpu_ns;  // what a message costs a server
  // Each seed plays a part of the faults, or another tuning at least (sim/swarm.hpp).
  bool swarm = false;
  bool swarm_tuning = false;
  Network::Tuning network;
  std::vector<Network::Override> links;
  StoreKind store = StoreKind::memory;
  DiskFaults disk;
  Distribution drift_ppm;
  Distribution client_drift_ppm;
  Distribution clock_offset_ns = Distribution::uniform(0, 1'000'000'000'000);
  std::map<Place, OwnClock> own_clocks;
  std::vector<Step> timeline;
  std::vector<Workload> workload;
  Checks checks;
  Coverage require;
  Coverage require_per_seed;
  Duration sim_limit = std::chrono::seconds(120);
  std::uint64_t events_limit = 50'000'000;
  std::optional<Duration> wall_limit;  // of one seed
  std::optional<std::string> expect_fail;

  std::uint32_t machines() const { return servers + joiners; }
  // What the client of this number (from 1) does: without work of its own, what the first program says.
  const Workload& workload_of(std::uint32_t client) const;
  // Whether there is anything for an operator to do.
  bool has_operator() const;
  // When faults stop and all is healed: at the last `heal` with a time, or early enough to converge within
  // the limit.
  Time timeline_ends() const;
};

// How many names the clients of each program meet at: drawn once a run.
void draw_sizes(std::vector<Workload>& workload, Draws& random);

base::Result<Scenario> parse_scenario(std::string_view text, const std::string& file);
base::Result<Scenario> read_scenario(const std::string& path);

// The JSON Schema of a scenario file.
const char* scenario_schema();

}  // namespace sim
