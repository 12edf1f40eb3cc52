// What servers say to each other. Every message carries its sender's term.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "core/raft/types.hpp"

namespace raft {

// "Would you vote for me in `term`?", asked before the term is entered (Ongaro §9.6).
struct PreVote {
  Term term;  // the one the sender would enter
  Position last;
  bool operator==(const PreVote&) const = default;
};
struct PreVoteGranted {
  Term term;  // as asked
  bool operator==(const PreVoteGranted&) const = default;
};
struct PreVoteRefused {
  Term term;            // the refuser's own: it teaches a sender that lags behind
  NodeId removed = {};  // the sender, where it is known to have left for good: it need not ask again
  bool operator==(const PreVoteRefused&) const = default;
};

// Raft §5.2, §5.4.1.
struct RequestVote {
  Term term;
  Position last;
  // The leader asked for this election: whoever hears it doesn't mind (Ongaro §3.10, §4.2.3).
  bool transfer = false;
  bool operator==(const RequestVote&) const = default;
};
struct VoteGranted {
  Term term;
  bool operator==(const VoteGranted&) const = default;
};
struct VoteRefused {
  Term term;
  bool operator==(const VoteRefused&) const = default;
};

// Raft §5.3. Never empty but as a probe for the place where the logs part.
struct Append {
  Term term;
  Position previous;
  Index commit;
  std::vector<Entry> entries;
  bool operator==(const Append&) const = default;
};
// Everything up to `match` agrees with the leader's log and is durable.
struct AppendAccepted {
  Term term;
  Index match;
  bool operator==(const AppendAccepted&) const = default;
};
// The entry before the request's was not there, or had another term.
struct AppendRejected {
  Term term;
  Index previous;  // of the request that is refused; 0: it was of an older term
  Position hint;   // the refuser's last entry at or before `previous` whose term is at most the request's
  bool operator==(const AppendRejected&) const = default;
};

struct Heartbeat {
  Term term;
  Round round;
  Index commit;  // at most what the receiver is known to match
  bool operator==(const Heartbeat&) const = default;
};
// Answered at once, whatever the disk does.
struct HeartbeatReply {
  Term term;
  Round round;    // 0: the heartbeat was of an older term
  Index matched;  // agrees with the leader's log, perhaps not yet durable
  Index durable;  // agrees with the leader's log and is durable; at most `matched`
  bool operator==(const HeartbeatReply&) const = default;
};

// A piece of a snapshot (Raft §7), sent ahead of the answers within a window.
struct InstallSnapshot {
  Term term;
  SnapshotMeta meta;
  std::uint64_t number = 0;
  bool last = false;
  base::Bytes bytes;
  bool operator==(const InstallSnapshot&) const = default;
};
// Every piece before `next` has arrived; 0: this snapshot's beginning isn't there. The last piece is answered
// by AppendAccepted. `snapshot` 0/0: the piece was of an older term.
struct PieceAccepted {
  Term term;
  Position snapshot;
  std::uint64_t next = 0;
  bool operator==(const PieceAccepted&) const = default;
};

// Stand for election at once (Ongaro §3.10).
struct TimeoutNow {
  Term term;
  bool operator==(const TimeoutNow&) const = default;
};

// A follower's read: up to where must be applied before it is answered? (Ongaro §6.4)
struct ReadIndex {
  Term term;
  ReadId read;
  bool operator==(const ReadIndex&) const = default;
};
struct ReadIndexAnswer {
  Term term;
  ReadId read;
  std::optional<Index> index;  // nothing: the sender doesn't lead, or stopped leading
  bool operator==(const ReadIndexAnswer&) const = default;
};

using Message = std::variant<PreVote, PreVoteGranted, PreVoteRefused, RequestVote, VoteGranted, VoteRefused,
                             Append, AppendAccepted, AppendRejected, Heartbeat, HeartbeatReply,
                             InstallSnapshot, PieceAccepted, TimeoutNow, ReadIndex, ReadIndexAnswer>;

Term term_of(const Message& message);
const char* name_of(const Message& message);

}  // namespace raft
