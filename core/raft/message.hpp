// What servers say to each other. Every message carries its sender's term.
#pragma once

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
  Term term;  // the refuser's own: it teaches a sender that lags behind
  bool operator==(const PreVoteRefused&) const = default;
};

// Raft §5.2, §5.4.1.
struct RequestVote {
  Term term;
  Position last;
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
  Index previous;  // of the request that is refused
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
  Round round;
  Index matched;  // agrees with the leader's log, perhaps not yet durable
  Index durable;  // agrees with the leader's log and is durable; at most `matched`
  bool operator==(const HeartbeatReply&) const = default;
};

using Message = std::variant<PreVote, PreVoteGranted, PreVoteRefused, RequestVote, VoteGranted, VoteRefused,
                             Append, AppendAccepted, AppendRejected, Heartbeat, HeartbeatReply>;

Term term_of(const Message& message);
const char* name_of(const Message& message);

}  // namespace raft
