// The values Raft works on: what is in the log, what is on disk, how it is tuned.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/id.hpp"
#include "core/base/time.hpp"
#include "core/raft/configuration.hpp"

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
// A Configuration takes effect when it is appended, committed or not (Raft §6).
using Payload = std::variant<Noop, Command, Configuration>;

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

// What a snapshot stands for (Raft figure 13): everything up to `at` has been applied to it.
struct SnapshotMeta {
  Position at;  // index 0: no snapshot, the state before the first entry
  LogTime stamp;
  Configuration configuration;  // as of `at`
  bool operator==(const SnapshotMeta&) const = default;
};

// A piece of a snapshot for the disk. Pieces come in order from number 0, which drops what was staged before;
// the one that completes it puts the whole in the place of the former snapshot.
struct SnapshotPart {
  std::uint64_t number = 0;
  base::Bytes bytes;
  std::optional<SnapshotMeta> completes;
  bool operator==(const SnapshotPart&) const = default;
};

// One atomic unit for the disk, carried out in the order of ids and of these fields: stage pieces of a
// snapshot, cut the log from `truncate_from`, forget it up to `compact_to` (it begins behind that then, even
// where it ended before), append `entries`, replace the hard state. An id becomes durable only after every
// smaller one.
struct Write {
  WriteId id;
  std::vector<SnapshotPart> parts;
  std::optional<Index> truncate_from;
  std::optional<Index> compact_to;
  std::vector<Entry> entries;
  std::optional<HardState> hard_state;
};

// What a server finds on its disk when it starts.
struct Recovered {
  HardState hard_state;
  SnapshotMeta snapshot;            // of a server that has none: index 0, and what it was bootstrapped with
  std::vector<Entry> entries;       // without gaps; the first is at most the one behind the snapshot
  std::vector<base::Bytes> pieces;  // the snapshot's own, in order: opaque to Raft
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
  std::uint64_t inflight_bytes_max = 8u << 20;
  // Unanswered pieces of a snapshot to one peer.
  std::uint32_t inflight_pieces_max = 4;
  // The bound on a clock's rate error, for lease reads.
  std::uint32_t clock_drift_ppm = 500;
};

struct Config {
  NodeId self;
  Tuning tuning;
  // Of the election timeouts and of the first read id: another one at every start, so that the answer to a
  // question of an earlier run isn't taken for one of this.
  std::uint64_t seed = 0;
};

}  // namespace raft
