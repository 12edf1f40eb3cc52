#include "sim/coverage.hpp"

namespace sim {

const std::vector<std::string>& counters() {
  static const std::vector<std::string> names = {
      "client_crashes",
      "clock_jumps",
      "connections_broken",
      "elections",
      "frames_corrupted",
      "heals",
      "hold_ended",
      "leader_changes",
      "lease_ended_while_held",
      "lock_granted",
      "messages_cut",
      "messages_duplicated",
      "messages_lost",
      "messages_reordered",
      "ops_done",
      "ops_in_flight_at_fault",
      "ops_unknown",
      "partitions",
      "pauses",
      "server_crashes",
      "session_ended",
      "stale_token_refused",
      "status_persisted",
      "stepped_down",
      "uploads_accepted",
      "uploads_refused",
      "writes_lost",
  };
  return names;
}

}  // namespace sim
