#include "core/store/writer.hpp"

#include <algorithm>
#include <limits>
#include <sqlite3.h>

#include "core/base/bytes.hpp"
#include "core/base/check.hpp"
#include "core/wire/codec.hpp"

namespace store {
namespace {

// What one transaction clears away: little beside the sync that it waits for, and always more than what it
// adds, so that the leftovers come to an end.
constexpr std::uint64_t kEntriesSwept = 1000, kPiecesSwept = 8;
constexpr auto kAll = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

std::int64_t number(raft::Index index) {
  return static_cast<std::int64_t>(index.value);
}

}  // namespace

Writer::Writer(Database& database, const State& state, const Snapshot& snapshot)
    : database_(database),
      state_(state),
      snapshot_(snapshot),
      staged_{snapshot.generation, 0, 0},
      begin_(database.prepare("BEGIN IMMEDIATE")),
      commit_(database.prepare("COMMIT")),
      put_meta_(database.prepare("UPDATE meta SET identity = ?, crc = ? WHERE id = 1")),
      put_state_(database.prepare("UPDATE state SET state = ?, crc = ? WHERE id = 1")),
      put_snapshot_(database.prepare("UPDATE snapshot SET snapshot = ?, crc = ? WHERE id = 1")),
      put_entry_(database.prepare("INSERT INTO entries VALUES(?, ?, ?)")),
      get_entry_(database.prepare("SELECT entry FROM entries WHERE idx = ?")),
      truncate_(database.prepare("DELETE FROM entries WHERE idx >= ?")),
      sweep_entries_(database.prepare("DELETE FROM entries WHERE idx <= (SELECT max(idx) FROM "
                                      "(SELECT idx FROM entries WHERE idx < ? ORDER BY idx LIMIT ?))")),
      put_piece_(database.prepare("INSERT INTO pieces VALUES(?, ?, ?)")),
      sweep_pieces_(
          database.prepare("DELETE FROM pieces WHERE key >= ?1 AND key <= (SELECT max(key) FROM "
                           "(SELECT key FROM pieces WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3))")) {}

void Writer::tidy() {
  begin_.run();
  sweep_entries(kAll);
  sweep_pieces(0, piece_key(snapshot_.generation, 0), kAll);
  sweep_pieces(piece_key(snapshot_.generation + 1, 0), std::numeric_limits<std::int64_t>::max(), kAll);
  commit_.run();
}

void Writer::carry_out(std::span<const raft::Write> writes) {
  begin_.run();
  entries_put_ = pieces_put_ = 0;
  for (const auto& write : writes) apply(write);
  put(put_state_, encode(state_));
  sweep();
  commit_.run();
}

void Writer::carry_out(const raft::Write& write, const Meta& meta) {
  begin_.run();
  apply(write);
  put(put_state_, encode(state_));
  put(put_meta_, encode(meta));
  commit_.run();
}

// In the order that raft::Write promises.
void Writer::apply(const raft::Write& write) {
  bool completed = false;
  for (const auto& part : write.parts) {
    stage(part);
    completed |= part.completes.has_value();
  }
  if (write.truncate_from) truncate(*write.truncate_from);
  if (write.compact_to) compact(*write.compact_to);
  for (const auto& entry : write.entries) append(entry);
  if (write.hard_state) state_.hard_state = *write.hard_state;
  if (completed) check_snapshot_and_log_agree();
}

void Writer::stage(const raft::SnapshotPart& part) {
  if (part.number == 0) {
    swept_pieces_ = swept_pieces_ && staged_.pieces == 0;
    staged_ = {staged_.generation + 1, 0, 0};
  }
  CHECK(staged_.generation > snapshot_.generation && staged_.generation < kGenerationsMax);
  CHECK(part.number == staged_.pieces && part.number < kPiecesMax);
  const auto key = piece_key(staged_.generation, part.number);
  put_piece_.bind(1, key).bind(2, part.bytes.view()).bind(3, piece_checksum(key, part.bytes.view())).run();
  ++pieces_put_;
  ++staged_.pieces;
  staged_.bytes += part.bytes.size();
  if (!part.completes) return;
  CHECK(part.completes->at.index && part.completes->at.index >= snapshot_.meta.at.index);
  snapshot_ = {staged_.generation, staged_.pieces, staged_.bytes, *part.completes};
  put(put_snapshot_, encode(snapshot_));
  staged_ = {staged_.generation, 0, 0};
  swept_pieces_ = false;
}

// What lies at and behind `from` is gone at once: its places are wanted.
void Writer::truncate(raft::Index from) {
  CHECK(from >= state_.first_index);
  if (from > state_.last_index) return;
  truncate_.bind(1, number(from)).run();
  state_.last_index = from.previous();
}

// Only where the log begins is moved; the entries before it are swept away in time.
void Writer::compact(raft::Index to) {
  CHECK(to.next() >= state_.first_index && to <= snapshot_.meta.at.index);
  swept_entries_ = swept_entries_ && to < state_.first_index;
  state_.first_index = to.next();
  state_.last_index = std::max(state_.last_index, to);
}

void Writer::append(const raft::Entry& entry) {
  CHECK(entry.at.index == state_.last_index.next());
  const auto bytes = wire::encode(entry);
  put_entry_.bind(1, number(entry.at.index)).bind(2, bytes).bind(3, std::int64_t{base::crc32c(bytes)}).run();
  state_.last_index = entry.at.index;
  ++entries_put_;
}

// Once a snapshot: what this lets pass would be taken for damage when the store is opened.
void Writer::check_snapshot_and_log_agree() {
  const auto& at = snapshot_.meta.at;
  CHECK(at.index.next() >= state_.first_index && at.index <= state_.last_index);
  if (at.index < state_.first_index) return;
  CHECK(get_entry_.bind(1, number(at.index)).step());
  const auto entry = wire::decode_entry(get_entry_.bytes(0));
  CHECK(entry.ok() && entry->at == at);
  get_entry_.reset();
}

void Writer::sweep() {
  if (!swept_entries_) swept_entries_ = sweep_entries(std::max(kEntriesSwept, 2 * entries_put_));
  if (swept_pieces_) return;
  const auto rows = std::max(kPiecesSwept, 2 * pieces_put_);
  const auto current = snapshot_.generation;
  const bool former = sweep_pieces(0, piece_key(current, 0), rows);
  const auto staged = std::max(current + 1, staged_.generation);
  swept_pieces_ = sweep_pieces(piece_key(current + 1, 0), piece_key(staged, 0), rows) && former;
}

void Writer::put(Statement& statement, std::string_view bytes) {
  statement.bind(1, bytes).bind(2, std::int64_t{base::crc32c(bytes)}).run();
  // Each table has one row, which was there when the store was opened.
  if (database_.changes() != 1) throw SqliteError(SQLITE_CORRUPT, "a row has vanished");
}

bool Writer::sweep_entries(std::uint64_t rows) {
  sweep_entries_.bind(1, number(state_.first_index)).bind(2, static_cast<std::int64_t>(rows)).run();
  return static_cast<std::uint64_t>(database_.changes()) < rows;
}

bool Writer::sweep_pieces(std::int64_t from, std::int64_t before, std::uint64_t rows) {
  sweep_pieces_.bind(1, from).bind(2, before).bind(3, static_cast<std::int64_t>(rows)).run();
  return static_cast<std::uint64_t>(database_.changes()) < rows;
}

}  // namespace store
