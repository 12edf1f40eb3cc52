// What a server is within its term. A follower cannot hold a leader's data.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <variant>
#include <vector>

#include "core/raft/log_clock.hpp"
#include "core/raft/progress.hpp"
#include "core/raft/types.hpp"

namespace raft {

// A snapshot on its way in.
struct Receiving {
  SnapshotMeta meta;
  std::uint64_t next = 0;  // the piece that is waited for
};

// A read that the leader was asked about.
struct ForwardedRead {
  ReadId id;
  Instant since;
};

struct Follower {
  std::optional<NodeId> leader;
  // Up to here this log is known to agree with the leader's.
  Index matched;
  std::optional<Receiving> receiving;
  std::vector<ForwardedRead> reads;
};

// Asks whether it could win before it disturbs anyone's term (Ongaro §9.6).
struct PreCandidate {
  std::set<NodeId> granted;
};

struct Candidate {
  std::set<NodeId> granted;
};

struct PendingRead {
  ReadId id;
  std::optional<NodeId> asker;  // a peer, whose number `id` is; nothing: this server
  Index index;                  // the commit index when that round was started
  Round round;  // leadership must be confirmed by this round or a later one; 0 until one is started for it
};

// Leadership on its way to another (Ongaro §3.10). Nothing is proposed meanwhile.
struct Transfer {
  NodeId to;
  Instant deadline;   // given up then
  bool sent = false;  // TimeoutNow was
};

struct Leader {
  std::map<NodeId, Progress> peers;
  LogClock clock;
  Index term_start;  // this term's first entry: until it commits nothing is known to be committed by counting
  Round round;
  // When the rounds were started that may yet be confirmed by a quorum, the newest last; begins with the
  // newest confirmed one.
  std::deque<std::pair<Round, Instant>> rounds;
  Instant next_heartbeat;
  std::vector<PendingRead> reads;
  std::optional<Transfer> transfer;
  // TimeoutNow was sent in this term, and may arrive late: no lease holds any more.
  bool lease_is_void = false;
};

using Role = std::variant<Follower, PreCandidate, Candidate, Leader>;

}  // namespace raft
