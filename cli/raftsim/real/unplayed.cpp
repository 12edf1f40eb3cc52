#include "cli/raftsim/real/unplayed.hpp"

#include <algorithm>
#include <utility>

namespace real {

namespace {

using sim::Selector;

class List {
 public:
  void otherwise(std::string path, std::string why) {
    all_.push_back({std::move(path), std::move(why), false});
  }
  void never(std::string path, std::string why) { all_.push_back({std::move(path), std::move(why), true}); }
  std::vector<Unplayed> take() { return std::move(all_); }

 private:
  std::vector<Unplayed> all_;
};

bool may_be(const sim::Distribution& rate) {
  return rate.greatest() != 0 || rate.least() != 0;
}

bool acts_on_servers(Selector selector) {
  return selector != Selector::client && selector != Selector::event_client && selector != Selector::holder &&
         selector != Selector::nobody;
}

void look_at_network(const sim::Scenario& scenario, List& list) {
  const auto& network = scenario.network;
  if (may_be(network.loss))
    list.otherwise("network.loss", "what is lost comes 200 ms later, as TCP sends it again");
  if (may_be(network.dup)) list.otherwise("network.dup", "TCP hides it");
  if (may_be(network.reorder)) list.otherwise("network.reorder", "TCP hides it");
}

void look_at_tuning(const sim::Scenario& scenario, List& list) {
  const raft::Tuning usual;
  const auto& tuning = scenario.tuning;
  const auto flagless = [&](const char* key, auto value, auto its_usual) {
    if (value != its_usual) list.never(std::string("cluster.tuning.") + key, "lockd has no flag for it");
  };
  flagless("append_bytes_max", tuning.append_bytes_max, usual.append_bytes_max);
  flagless("append_entries_max", tuning.append_entries_max, usual.append_entries_max);
  flagless("inflight_messages_max", tuning.inflight_messages_max, usual.inflight_messages_max);
  flagless("inflight_bytes_max", tuning.inflight_bytes_max, usual.inflight_bytes_max);
  flagless("inflight_pieces_max", tuning.inflight_pieces_max, usual.inflight_pieces_max);
  flagless("clock_drift_ppm", tuning.clock_drift_ppm, usual.clock_drift_ppm);
  flagless("piece_bytes", scenario.snapshots.piece_bytes, node::SnapshotPolicy{}.piece_bytes);
  const bool usual_priorities = std::ranges::all_of(scenario.priorities, [](auto p) { return p == 1; });
  if (!usual_priorities) list.never("cluster.priorities", "servers that make a cluster have priority 1");
}

void look_at_step(const sim::Step& step, const std::string& path, bool skewed, List& list) {
  if (std::holds_alternative<sim::ClockJump>(step.action) && !skewed && acts_on_servers(step.select.selector))
    list.never(path, "the clock of this lockd can't be set: --lockd names a test build");
  if (std::holds_alternative<sim::DiskAction>(step.action))
    list.never(path, "the disk is this machine's own");
  if (std::holds_alternative<sim::Recovery>(step.action))
    list.never(path, "a forced recovery is played by the simulator alone");
  const auto* when = std::get_if<sim::When>(&step.trigger);
  for (const char* unseen : {"vote_granted", "append_rejected", "piece_sent", "heir_called",
                             "config_appended", "page_rotten"}) {
    if (when && when->event == unseen) list.never(path, "lockd's log does not tell of it");
  }
  if (!when || when->event != "status_persisted") return;
  if (step.select.selector == Selector::event_client || when->where.contains("client"))
    list.never(path, "lockd's log does not say whose status it is");
}

}  // namespace

bool is_counted(const std::string& counter) {
  static const std::vector<std::string> kCounted = {"breaks",
                                                    "client_crashes",
                                                    "clients_excused",
                                                    "clock_jumps",
                                                    "connections_broken",
                                                    "connections_reset",
                                                    "counted_grants",
                                                    "deadlocks",
                                                    "detached_grants",
                                                    "downgrades",
                                                    "elections",
                                                    "frames_corrupted",
                                                    "heals",
                                                    "hold_ended",
                                                    "leader_changes",
                                                    "learners_promoted",
                                                    "lease_ended_while_held",
                                                    "lock_granted",
                                                    "max_holds",
                                                    "members_added",
                                                    "members_removed",
                                                    "messages_cut",
                                                    "messages_lost",
                                                    "multi_grants",
                                                    "nested_reentries",
                                                    "once_lost",
                                                    "once_runs",
                                                    "once_runs_again",
                                                    "once_told",
                                                    "ops_done",
                                                    "ops_in_flight_at_fault",
                                                    "ops_unknown",
                                                    "monotonic_clock_jumps",
                                                    "overload_requests",
                                                    "overload_requests_held_back",
                                                    "overloads",
                                                    "partitions",
                                                    "partitions_bridge",
                                                    "partitions_chain",
                                                    "partitions_isolate",
                                                    "partitions_oneway",
                                                    "partitions_ring",
                                                    "partitions_split",
                                                    "partitions_swizzle",
                                                    "pauses",
                                                    "reconfigurations",
                                                    "reentries",
                                                    "rejoined",
                                                    "renewals",
                                                    "rolling_restarts",
                                                    "server_crashes",
                                                    "servers_retired",
                                                    "session_ended",
                                                    "shared_grants",
                                                    "snapshots_installed",
                                                    "snapshots_on_demand",
                                                    "snapshots_saved",
                                                    "stale_reads",
                                                    "stale_token_refused",
                                                    "status_persisted",
                                                    "stepped_down",
                                                    "superseded",
                                                    "suspends",
                                                    "transfers",
                                                    "uploads_accepted",
                                                    "uploads_refused",
                                                    "wall_clock_jumps",
                                                    "wipes"};
  return std::ranges::find(kCounted, counter) != kCounted.end();
}

std::vector<Unplayed> unplayed(const sim::Scenario& scenario, bool skewed) {
  List list;
  look_at_network(scenario, list);
  list.otherwise("disk", "this machine's own; what is written survives SIGKILL, synced or not");
  look_at_tuning(scenario, list);
  if (scenario.schedule) list.never("schedule", "draws come from it, but not at the same moments");
  if (scenario.cpu_ns) list.never("cluster.cpu", "the processor is this machine's own");
  for (const auto& [place, clock] : scenario.own_clocks) {
    if (place >= scenario.machines() || skewed || !clock.drift_ppm) continue;
    list.never("clock.nodes", "of servers: the clock of this lockd can't be set: --lockd names a test build");
    break;
  }
  if (may_be(scenario.drift_ppm) && !skewed)
    list.never("clock.drift_ppm",
               "of servers: the clock of this lockd can't be set: --lockd names a test build");
  for (const auto& step : scenario.timeline) look_at_step(step, step.path, skewed, list);
  if (scenario.checks.raft_invariants)
    list.otherwise("checks.raft_invariants", "nobody looks into a process: judged in the simulator only");
  for (const auto* require : {&scenario.require, &scenario.require_per_seed}) {
    for (const auto& [counter, least] : *require) {
      if (!is_counted(counter))
        list.otherwise("require." + counter, "can't be counted from outside: not judged");
    }
  }
  return list.take();
}

sim::Scenario cut_short(sim::Scenario scenario, sim::Duration until) {
  if (until >= scenario.timeline_ends()) return scenario;
  std::erase_if(scenario.timeline, [&](const sim::Step& step) {
    const auto* at = std::get_if<sim::At>(&step.trigger);
    const bool late = at && sim::Duration(at->time_ns.least()) > until;
    const bool heals_late =
        at && std::holds_alternative<sim::Heal>(step.action) && sim::Duration(at->time_ns.greatest()) > until;
    return late || heals_late;
  });
  sim::Step heal;
  heal.trigger = sim::At{until.count()};
  heal.action = sim::Heal{};
  heal.select.selector = Selector::nobody;
  scenario.timeline.push_back(std::move(heal));
  return scenario;
}

}  // namespace real
