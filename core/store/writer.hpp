// Carries writes out on the open database, and clears away, a slice a transaction, what they have left over.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/raft/types.hpp"
#include "core/store/rows.hpp"
#include "core/store/sqlite.hpp"

namespace store {

// After a SqliteError, or a failed CHECK, it isn't used again: what it knows may be ahead of the disk.
class Writer {
 public:
  // The database is prepared, loaded and stands still: `state` and `snapshot` are what it holds.
  Writer(Database& database, const State& state, const Snapshot& snapshot);

  // Removes what no snapshot and no log counts any more, all at once: unfinished pieces among it.
  void tidy();
  // One transaction.
  void carry_out(std::span<const raft::Write> writes);
  // … in which the store also becomes another's.
  void carry_out(const raft::Write& write, const Meta& meta);

 private:
  struct Staged {
    std::uint64_t generation = 0;
    std::uint64_t pieces = 0;
    std::uint64_t bytes = 0;
  };

  void apply(const raft::Write& write);
  void stage(const raft::SnapshotPart& part);
  void truncate(raft::Index from);
  void compact(raft::Index to);
  void append(const raft::Entry& entry);
  void check_snapshot_and_log_agree();
  void sweep();
  void put(Statement& statement, std::string_view bytes);
  // Deletes at most `rows`; whether that was all.
  bool sweep_entries(std::uint64_t rows);
  bool sweep_pieces(std::int64_t from, std::int64_t before, std::uint64_t rows);

  Database& database_;
  State state_;
  Snapshot snapshot_;
  Staged staged_;  // of the newest generation; the snapshot's own once it is complete
  bool swept_entries_ = true, swept_pieces_ = true;
  // In the transaction under way.
  std::uint64_t entries_put_ = 0, pieces_put_ = 0;

  Statement begin_, commit_;
  Statement put_meta_, put_state_, put_snapshot_;
  Statement put_entry_, get_entry_, truncate_, sweep_entries_;
  Statement put_piece_, sweep_pieces_;
};

}  // namespace store
