#include "sim/coverage.hpp"

namespace sim {

const std::vector<std::string>& counters() {
  static const std::vector<std::string> names = {
      "client_crashes",
      "clock_jumps",
      "connections_broken",
      "elections",
      "elections_in_joint",
      "frames_corrupted",
      "heals",
      "hold_ended",
      "joint_commits",
      "leader_changes",
      "learners_promoted",
      "lease_ended_while_held",
      "lease_reads",
      "lock_granted",
      "members_added",
      "members_removed",
      "messages_cut",
      "messages_duplicated",
      "messages_lost",
      "messages_reordered",
      "ops_done",
      "ops_in_flight_at_fault",
      "ops_unknown",
      "partitions",
      "pauses",
      "pieces_resent",
      "priorities_changed",
      "reads_via_followers",
      "reconfigurations",
      "rejoined",
      "removed_leaders",
      "rolling_restarts",
      "server_crashes",
      "servers_retired",
      "session_ended",
      "snapshots_installed",
      "snapshots_on_demand",
      "snapshots_saved",
      "stale_reads",
      "stale_token_refused",
      "status_persisted",
      "stepped_down",
      "transfers",
      "uploads_accepted",
      "uploads_refused",
      "wipes",
      "writes_lost",
  };
  return names;
}

}  // namespace sim
