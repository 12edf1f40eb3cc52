// The log in memory, with what is known of each entry on disk.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "core/raft/types.hpp"

namespace raft {

// Knows for every entry which write last wrote it: an entry that was overwritten, and overwritten back, is
// not taken for durable by the first write's late completion.
class Log {
 public:
  Log() = default;
  explicit Log(std::vector<Entry> recovered);

  Index first_index() const { return Index(1); }
  Index last_index() const { return Index(slots_.size()); }
  Position last() const;
  LogTime last_stamp() const;
  // Index 0 is the position before the first entry; nothing where the log does not reach.
  std::optional<Term> term_at(Index index) const;
  bool holds(Position position) const { return term_at(position.index) == position.term; }
  const Entry& at(Index index) const;
  // The last position at or before `index` whose term is at most `term` (fast backtracking, Raft §5.3 at its
  // end).
  Position last_at_most(Index index, Term term) const;

  void append(Entry entry);
  // Forgets `from` and all that follows.
  void truncate(Index from);

  // What changed since the last call, to be written as `id`: the entries from the first that differs from
  // what was handed out before.
  struct Changes {
    std::optional<Index> truncate_from;
    std::vector<Entry> entries;
    bool empty() const { return !truncate_from && entries.empty(); }
  };
  Changes take_changes(WriteId id);

  // The write `id` and all before it are on disk.
  void written(WriteId id);
  // Every entry up to here is on disk as it stands.
  Index durable_index() const { return durable_; }
  // The write that made the entry what it is; nothing while it waits for take_changes.
  std::optional<WriteId> written_by(Index index) const;

 private:
  struct Slot {
    Entry entry;
    WriteId written_by;  // 0: came from the disk at start
  };

  std::deque<Slot> slots_;
  Index unwritten_{1};  // first entry not yet handed out
  Index handed_out_;    // last index the disk will hold once everything handed out is written
  Index durable_;
  WriteId written_;
};

}  // namespace raft
