// The log in memory, with what is known of each entry on disk.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "core/raft/types.hpp"

namespace raft {

struct Anatomy;

// Begins behind what a snapshot stands for, or earlier: some entries are kept for slow followers. Knows for
// every entry which write last wrote it: an entry that was overwritten, and overwritten back, is not taken
// for durable by the first write's late completion.
class Log {
 public:
  Log() = default;
  Log(SnapshotMeta snapshot, std::vector<Entry> recovered);

  Index first_index() const { return first_; }
  Index last_index() const { return Index(first_.value + slots_.size() - 1); }
  Position last() const;
  LogTime last_stamp() const;
  std::size_t size() const { return slots_.size(); }
  // Of the entries' payloads.
  std::uint64_t bytes() const { return bytes_; }
  // Index 0 is the position before the first entry; nothing where the log does not reach, nor the snapshot's
  // own position.
  std::optional<Term> term_at(Index index) const;
  bool holds(Position position) const { return term_at(position.index) == position.term; }
  const Entry& at(Index index) const;
  // Whether entries can be sent from `next` on: they are kept, and the term of the one before is known.
  bool reaches_back_to(Index next) const { return next >= first_ && term_at(next.previous()); }
  // The last position at or before `index` whose term is at most `term` (fast backtracking, Raft §5.3 at its
  // end); nothing where it lies before what is kept.
  std::optional<Position> last_at_most(Index index, Term term) const;

  // What the newest snapshot stands for.
  const SnapshotMeta& snapshot() const { return snapshot_; }
  // The newest in the log, or the snapshot's (Raft §6: in force once appended; rolled back when truncated).
  const Configuration& configuration() const;
  // Where that one is; the snapshot's index when it is the snapshot's.
  Index configuration_index() const;
  // As of `index`, which is at least the snapshot's.
  SnapshotMeta meta_at(Index index) const;

  void append(Entry entry);
  // Forgets `from` and all that follows; it lies behind the snapshot.
  void truncate(Index from);
  // A snapshot of this log's own state stands for everything up to `meta`; entries before `first` are
  // forgotten, a few with each write.
  void compact(const SnapshotMeta& meta, Index first);
  // Nothing of this log agrees with it as far as is known: the log begins anew behind it.
  void install(const SnapshotMeta& meta);

  // What changed since the last call, to be written as `id`: the entries from the first that differs from
  // what was handed out before.
  struct Changes {
    std::optional<Index> truncate_from;
    std::optional<Index> compact_to;
    std::vector<Entry> entries;
    bool empty() const { return !truncate_from && !compact_to && entries.empty(); }
  };
  Changes take_changes(WriteId id);

  // The write `id` and all before it are on disk.
  void written(WriteId id);
  // Every entry up to here is on disk as it stands.
  Index durable_index() const { return durable_; }
  // The write that made the entry what it is; nothing while it waits for take_changes.
  std::optional<WriteId> written_by(Index index) const;

 private:
  friend struct Anatomy;

  struct Slot {
    Entry entry;
    WriteId written_by;  // 0: came from the disk at start
  };
  void forget_some();
  Slot& slot(Index index) { return slots_[index.value - first_.value]; }
  const Slot& slot(Index index) const { return slots_[index.value - first_.value]; }

  SnapshotMeta snapshot_;
  std::optional<WriteId> snapshot_written_by_ = WriteId(0);
  Index first_{1};
  Index keep_from_{1};
  std::deque<Slot> slots_;
  std::uint64_t bytes_ = 0;
  std::deque<Index> configurations_;  // where there is one, behind the snapshot
  Index unwritten_{1};                // first entry not yet handed out
  Index handed_out_;                  // last index the disk will hold once everything handed out is written
  Index compacted_to_;                // as handed out: the last index the disk has forgotten
  Index durable_;
  WriteId written_;
};

}  // namespace raft
