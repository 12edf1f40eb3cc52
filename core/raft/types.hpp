// The values Raft works on: what is in the log, what is on disk, how it is tuned.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/id.hpp"
#include "core/base/time.hpp"

namespace raft {

using base::Duration;
using base::Instant;
using base::LogTime;
using base::NodeId;

struct TermKind;
using Term = base::Id<TermKind>;
struct IndexKind;
// A place in the log; the first entry has index 1.
using Index = base::Id<IndexKind>;
struct WriteKind;
// Writes of one run of a server, numbered from 1 without gaps.
using WriteId = base::Id<WriteKind>;
struct RoundKind;
// Heartbeat rounds of one leader in one term, numbered by it.
using Round = base::Id<RoundKind>;
struct ReadKind;
using ReadId = base::Id<ReadKind>;

// An entry's identity: two logs that hold the same position are the same up to it (Raft §5.3, log matching).
struct Position {
  Index index;
  Term term;
  bool operator==(const Position&) const = default;
};

// Carries its stamp and nothing else: a new leader's first entry (Raft §8), and a tick of the log clock when
// idle.
struct Noop {
  bool operator==(const Noop&) const = default;
};
// Opaque to Raft.
struct Command {
  base::Bytes bytes;
  bool operator==(const Command&) const = default;
};
using Payload = std::variant<Noop, Command>;

struct Entry {
  Position at;
  LogTime stamp;
  Payload payload;
  bool operator==(const Entry&) const = default;
};

// What must survive a crash beside the log (Raft figure 2, persistent state).
struct HardState {
  Term term;
  std::optional<NodeId> vote;
  bool operator==(const HardState&) const = default;
};

// One atomic unit for the disk, carried out in the order of ids: cut the log from `truncate_from`, append
// `entries`, replace the hard state. An id becomes durable only after every smaller one.
struct Write {
  WriteId id;
  std::optional<HardState> hard_state;
  std::optional<Index> truncate_from;
  std::vector<Entry> entries;
};

// What a server finds on its disk when it starts.
struct Recovered {
  HardState hard_state;
  std::vector<Entry> entries;  // index 1 onwards, without gaps
};

struct Tuning {
  Duration heartbeat = std::chrono::milliseconds(50);
  // A follower that heard from a leader within this refuses to elect another; also the leader's check-quorum
  // window.
  Duration election_min = std::chrono::milliseconds(300);
  // Election timeouts are drawn from [election_min, election_max].
  Duration election_max = std::chrono::milliseconds(600);
  // Bounds of one AppendEntries and of what may be unanswered to one peer.
  std::uint32_t append_bytes_max = 1u << 20;
  std::uint32_t append_entries_max = 1024;
  std::uint32_t inflight_messages_max = 16;
};

struct Config {
  NodeId self;
  std::vector<NodeId> voters;  // sorted, with self
  Tuning tuning;
  std::uint64_t seed = 0;  // of the election timeouts
};

}  // namespace raft
