// What a server is within its term. A follower cannot hold a leader's data.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <variant>
#include <vector>

#include "core/raft/log_clock.hpp"
#include "core/raft/types.hpp"

namespace raft {

struct Follower {
  std::optional<NodeId> leader;
  // Up to here this log is known to agree with the leader's.
  Index matched;
};

// Asks whether it could win before it disturbs anyone's term (Ongaro §9.6).
struct PreCandidate {
  std::set<NodeId> granted;
};

struct Candidate {
  std::set<NodeId> granted;
};

// What a leader knows of one peer.
struct Progress {
  // Probing: one Append at a time until the place is found where the logs agree. Otherwise they are sent
  // ahead.
  bool probing = true;
  bool probe_sent = false;
  Index match;                 // durable there, as far as acknowledged; never falls within a term
  Index next{1};               // the next entry to send
  std::deque<Index> inflight;  // the last entry of each unanswered Append
  Instant heard;               // when it last answered in this term
  Round round;                 // the newest heartbeat round it answered
  // A heartbeat that tells lost entries from late ones: its answer must match what was sent before it.
  Round sounding;
  Index sent_before_sounding;
};

struct PendingRead {
  ReadId id;
  Index index;  // the commit index when that round was started
  Round round;  // leadership must be confirmed by this round or a later one; 0 until one is started for it
};

struct Leader {
  std::map<NodeId, Progress> peers;
  LogClock clock;
  Index term_start;  // this term's first entry: until it commits nothing is known to be committed by counting
  Round round;
  Instant next_heartbeat;
  std::vector<PendingRead> reads;
};

using Role = std::variant<Follower, PreCandidate, Candidate, Leader>;

}  // namespace raft
