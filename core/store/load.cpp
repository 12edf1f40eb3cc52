#include "core/store/load.hpp"

#include <charconv>
#include <sqlite3.h>

#include "core/store/folder.hpp"
#include "core/store/making.hpp"
#include "core/wire/codec.hpp"

namespace store {
namespace {

template <class T>
base::Result<T> load_one(Database& database, const char* sql, const std::string& what,
                         base::Result<T> (*decode)(std::string_view)) {
  Statement row = database.prepare(sql);
  if (!row.step()) return base::Error{what + " is missing"};
  const auto bytes = row.bytes(0);
  if (base::crc32c(bytes) != row.integer(1)) return base::Error{"the checksum of " + what + " is wrong"};
  return decode(bytes);
}

base::Error missing(const std::string& kind, std::uint64_t number, const std::string& before) {
  return base::Error{kind + " " + std::to_string(number) + " is missing before " + before};
}

base::Status check_snapshot(const Snapshot& snapshot, const State& state) {
  const auto& meta = snapshot.meta;
  const bool none = snapshot.generation == 0;
  if (none != !meta.at.index || none != (snapshot.pieces == 0)) {
    return base::Error{"the snapshot's description contradicts itself"};
  }
  const bool may_be_empty = none && meta.configuration.members.empty();
  if (!may_be_empty && !is_sound(meta.configuration)) {
    return base::Error{"the snapshot's list of members can't be"};
  }
  if (meta.at.term > state.hard_state.term) return base::Error{"the term of the snapshot is out of order"};
  if (state.first_index > meta.at.index.next()) {
    return base::Error{"the log begins at " + std::to_string(state.first_index.value) +
                       ", too late for a snapshot of " + std::to_string(meta.at.index.value)};
  }
  if (state.last_index >= meta.at.index) return base::Done{};
  return base::Error{"the log ends at " + std::to_string(state.last_index.value) +
                     ", before the snapshot of " + std::to_string(meta.at.index.value)};
}

// Reads the log's rows one by one, each against what came before it.
class EntryReader {
 public:
  EntryReader(const State& state, const Snapshot& snapshot) : state_(state), snapshot_(snapshot.meta) {
    last_.index = state.first_index.previous();
    // Behind what is kept, only the snapshot's own place is known.
    if (last_.index != snapshot_.at.index) return;
    last_.term = snapshot_.at.term;
    stamp_ = snapshot_.stamp;
  }

  base::Result<raft::Entry> read(Statement& row) {
    const auto index = raft::Index(static_cast<std::uint64_t>(row.integer(0)));
    const auto what = "log entry " + std::to_string(index.value);
    if (index != last_.index.next()) return missing("log entry", last_.index.next().value, what);
    const auto bytes = row.bytes(1);
    if (base::crc32c(bytes) != row.integer(2)) return base::Error{"the checksum of " + what + " is wrong"};
    auto entry = wire::decode_entry(bytes);
    if (!entry.ok()) return base::Error{what + ": " + entry.error()};
    const auto status = check(entry.value(), index, what);
    if (!status) return status.failure();
    last_ = entry->at;
    stamp_ = entry->stamp;
    return entry;
  }

 private:
  base::Status check(const raft::Entry& entry, raft::Index index, const std::string& what) const {
    if (entry.at.index != index) return base::Error{what + " is kept in another's place"};
    if (entry.at.term < last_.term || entry.at.term > state_.hard_state.term) {
      return base::Error{"the term of " + what + " is out of order"};
    }
    if (entry.stamp < stamp_) return base::Error{"the stamp of " + what + " is out of order"};
    const auto* configuration = std::get_if<raft::Configuration>(&entry.payload);
    if (configuration && !is_sound(*configuration)) {
      return base::Error{"the list of members in " + what + " can't be"};
    }
    if (index != snapshot_.at.index) return base::Done{};
    if (entry.at.term == snapshot_.at.term && entry.stamp == snapshot_.stamp) return base::Done{};
    return base::Error{what + " is not the one that the snapshot ends with"};
  }

  const State& state_;
  const raft::SnapshotMeta& snapshot_;
  raft::Position last_;
  base::LogTime stamp_;
};

base::Result<std::vector<raft::Entry>> load_entries(Database& database, const State& state,
                                                    const Snapshot& snapshot) {
  std::vector<raft::Entry> entries;
  EntryReader reader(state, snapshot);
  Statement row = database.prepare("SELECT idx, entry, crc FROM entries WHERE idx >= ? ORDER BY idx");
  row.bind(1, static_cast<std::int64_t>(state.first_index.value));
  while (row.step()) {
    auto entry = reader.read(row);
    if (!entry.ok()) return entry.failure();
    entries.push_back(std::move(entry).value());
  }
  const auto end = state.first_index.value - 1 + entries.size();
  if (end == state.last_index.value) return entries;
  return base::Error{"the log ends at " + std::to_string(end) + " instead of " +
                     std::to_string(state.last_index.value)};
}

base::Result<std::vector<base::Bytes>> load_pieces(Database& database, const Snapshot& snapshot) {
  std::vector<base::Bytes> pieces;
  std::uint64_t bytes = 0;
  Statement row =
      database.prepare("SELECT key, piece, crc FROM pieces WHERE key >= ? AND key < ? ORDER BY key");
  row.bind(1, piece_key(snapshot.generation, 0)).bind(2, piece_key(snapshot.generation + 1, 0));
  while (row.step()) {
    const auto key = row.integer(0);
    const auto number = static_cast<std::uint64_t>(key - piece_key(snapshot.generation, 0));
    const auto what = "piece " + std::to_string(number) + " of the snapshot";
    if (number != pieces.size()) return missing("piece", pieces.size(), what);
    const auto piece = row.bytes(1);
    if (piece_checksum(key, piece) != row.integer(2)) {
      return base::Error{"the checksum of " + what + " is wrong"};
    }
    bytes += piece.size();
    pieces.push_back(base::Bytes(std::string(piece)));
  }
  if (pieces.size() == snapshot.pieces && bytes == snapshot.bytes) return pieces;
  return base::Error{"the snapshot has " + std::to_string(pieces.size()) + " pieces of " +
                     std::to_string(bytes) + " bytes instead of " + std::to_string(snapshot.pieces) + " of " +
                     std::to_string(snapshot.bytes)};
}

// Of a line of quick_check about a page that it could not read: why not. 0 where the line says something
// else.
int read_error_in(std::string_view flaw) {
  constexpr std::string_view kBefore = "error code=", kUnread = "failed to get page";
  const auto at = flaw.find(kBefore);
  if (at == std::string_view::npos) return flaw.find(kUnread) == std::string_view::npos ? 0 : SQLITE_IOERR;
  int code = 0;
  const auto digits = flaw.substr(at + kBefore.size());
  (void)std::from_chars(digits.data(), digits.data() + digits.size(), code);
  return code;
}

// What can't be read for now is no damage.
std::optional<std::string> flaw_in_structures(Database& database) {
  auto flaw = database.ask("PRAGMA quick_check(1)");
  if (flaw == "ok") return std::nullopt;
  const SqliteError error(read_error_in(flaw), "a page can't be read");
  if (error.is_of_the_disk()) throw error;
  return flaw;
}

std::optional<Failure> check_format(Database& database, const std::string& folder) {
  if (database.ask("PRAGMA application_id") != std::to_string(kApplicationId)) {
    return Failure{Fault::identity, database_path(folder) + " is not a store of lockd"};
  }
  const auto format = database.ask("PRAGMA user_version");
  if (format == std::to_string(kFormatVersion)) return std::nullopt;
  return Failure{Fault::identity,
                 folder + " has the format " + format + ", this program reads " +
                     std::to_string(kFormatVersion) +
                     ": start it with the version of lockd that made it, or make a new cluster"};
}

base::Result<Contents> load_contents(Database& database) {
  auto meta = load_one(database, "SELECT identity, crc FROM meta", "the identity", decode_meta);
  if (!meta.ok()) return meta.failure();
  const auto state = load_one(database, "SELECT state, crc FROM state", "the term and vote", decode_state);
  if (!state.ok()) return state.failure();
  auto snapshot =
      load_one(database, "SELECT snapshot, crc FROM snapshot", "the snapshot's description", decode_snapshot);
  if (!snapshot.ok()) return snapshot.failure();
  const auto status = check_snapshot(snapshot.value(), state.value());
  if (!status) return status.failure();
  auto entries = load_entries(database, state.value(), snapshot.value());
  if (!entries.ok()) return entries.failure();
  auto pieces = load_pieces(database, snapshot.value());
  if (!pieces.ok()) return pieces.failure();
  return Contents{std::move(meta).value(), state.value(), std::move(snapshot).value(),
                  std::move(entries).value(), std::move(pieces).value()};
}

}  // namespace

std::variant<Contents, Failure> load(Database& database, const std::string& folder) {
  if (auto failure = check_format(database, folder)) return *failure;
  const auto damaged = [&](const std::string& what) { return damage_failure(database_path(folder), what); };
  if (const auto flaw = flaw_in_structures(database)) return damaged(*flaw);
  if (const auto flaw = flaw_in_tables(database)) return damaged(*flaw);
  auto contents = load_contents(database);
  if (!contents.ok()) return damaged(contents.error());
  return std::move(contents).value();
}

}  // namespace store
