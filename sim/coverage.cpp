#include "sim/coverage.hpp"

namespace sim {

namespace {

struct Counter {
  const char* name;
  bool of_faults = false;
};

constexpr Counter kCounters[] = {
    {"breaks"},
    {"client_crashes", true},
    {"clients_excused"},
    {"clock_jumps", true},
    {"connections_broken"},
    {"connections_reset", true},
    {"counted_grants"},
    {"deadlocks"},
    {"detached_grants"},
    {"disk_failures", true},
    {"disk_faults"},
    {"disks_full", true},
    {"disks_replaced"},
    {"downgrades"},
    {"elections"},
    {"elections_in_joint"},
    {"frames_corrupted", true},
    {"heals"},
    {"hold_ended"},
    {"joint_commits"},
    {"leader_changes"},
    {"learners_promoted"},
    {"lease_ended_while_held"},
    {"lease_reads"},
    {"liveness_not_demanded"},
    {"lock_granted"},
    {"mark_refused"},
    {"max_holds"},
    {"members_added"},
    {"members_removed"},
    {"messages_cut", true},
    {"messages_duplicated", true},
    {"messages_lost", true},
    {"messages_queued"},
    {"messages_reordered", true},
    {"monotonic_clock_jumps", true},
    {"multi_grants"},
    {"nested_reentries"},
    {"once_lost"},
    {"once_runs"},
    {"once_runs_again"},
    {"once_told"},
    {"ops_done"},
    {"ops_in_flight_at_fault"},
    {"ops_unknown"},
    {"overload_requests"},
    {"overload_requests_held_back"},
    {"overloads", true},
    {"pages_rotten", true},
    {"partitions", true},
    {"partitions_bridge", true},
    {"partitions_chain", true},
    {"partitions_isolate", true},
    {"partitions_links", true},
    {"partitions_oneway", true},
    {"partitions_ring", true},
    {"partitions_split", true},
    {"partitions_swizzle", true},
    {"pauses", true},
    {"pieces_resent"},
    {"power_cuts", true},
    {"power_cycles"},
    {"priorities_changed"},
    {"process_kills", true},
    {"reads_failed", true},
    {"reads_via_followers"},
    {"reconfigurations"},
    {"recoveries"},
    {"reentries"},
    {"rejoined"},
    {"removed_leaders"},
    {"renewals"},
    {"rolling_restarts"},
    {"rot_refused"},
    {"safe_stops"},
    {"sectors_lost", true},
    {"sectors_torn", true},
    {"server_crashes", true},
    {"servers_retired"},
    {"session_ended"},
    {"shared_grants"},
    {"slow_syncs", true},
    {"snapshots_installed"},
    {"snapshots_on_demand"},
    {"snapshots_saved"},
    {"stale_reads"},
    {"stale_token_refused"},
    {"starts_failed"},
    {"status_persisted"},
    {"stepped_down"},
    {"superseded"},
    {"suspends", true},
    {"syncs_failed", true},
    {"transfers"},
    {"uploads_accepted"},
    {"uploads_refused"},
    {"wall_clock_jumps", true},
    {"wipes", true},
    {"writes_failed", true},
    {"writes_lost", true},
};

std::vector<std::string> names(bool faults_only) {
  std::vector<std::string> names;
  for (const auto& counter : kCounters) {
    if (counter.of_faults || !faults_only) names.emplace_back(counter.name);
  }
  return names;
}

}  // namespace

const std::vector<std::string>& counters() {
  static const auto all = names(false);
  return all;
}

const std::vector<std::string>& fault_counters() {
  static const auto faults = names(true);
  return faults;
}

std::string overlap_name(std::string_view fault, std::string_view met) {
  return std::string(fault) + ":" + std::string(met);
}

bool is_overlap(std::string_view counter) {
  return counter.find(':') != std::string_view::npos;
}

}  // namespace sim
