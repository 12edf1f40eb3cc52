// What a server has done since it started, for operators; nothing is decided by it.
#pragma once

#include "core/base/histogram.hpp"

namespace raft {

struct Counters {
  // Elections.
  std::uint64_t pre_votes = 0;
  std::uint64_t elections = 0;
  std::uint64_t elections_won = 0;
  std::uint64_t votes_granted = 0;
  std::uint64_t quorum_lost = 0;
  std::uint64_t transfers_begun = 0;
  std::uint64_t transfers_given_up = 0;
  // Replication.
  std::uint64_t entries_proposed = 0;
  std::uint64_t appends_sent = 0;
  std::uint64_t appends_rejected = 0;
  std::uint64_t probes_restarted = 0;  // something sent ahead was lost
  base::Histogram append_entries;
  base::Histogram append_bytes;
  base::Histogram round_trip_ns;  // of heartbeats
  // Snapshots.
  std::uint64_t snapshots_offered = 0;
  std::uint64_t snapshots_installed = 0;
  std::uint64_t snapshots_refused = 0;
  std::uint64_t pieces_sent = 0;
  std::uint64_t pieces_sent_again = 0;
  std::uint64_t pieces_received = 0;
  // Membership.
  std::uint64_t configurations_proposed = 0;
  // Reads.
  std::uint64_t reads_by_round = 0;
  std::uint64_t reads_by_lease = 0;
  std::uint64_t reads_for_peers = 0;
  std::uint64_t reads_forwarded = 0;
  std::uint64_t reads_failed = 0;
  base::Histogram reads_per_round;
  // The disk.
  base::Histogram write_entries;
  base::Histogram write_ns;  // from the handing over of a write to its being durable
};

}  // namespace raft
