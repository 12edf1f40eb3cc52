#include "core/store/load.hpp"

#include "core/store/folder.hpp"
#include "core/wire/codec.hpp"

namespace store {
namespace {

// The bytes of the row the statement stands on: `first_column`, and its checksum behind it.
base::Result<std::string_view> checked(Statement& row, int first_column, const std::string& what) {
  const auto bytes = row.bytes(first_column);
  if (base::crc32c(bytes) == row.integer(first_column + 1)) return bytes;
  return base::Error{"the checksum of " + what + " is wrong"};
}

template <class T>
base::Result<T> load_one(Database& database, const char* sql, const std::string& what,
                         base::Result<T> (*decode)(std::string_view)) {
  Statement row = database.prepare(sql);
  if (!row.step()) return base::Error{what + " is missing"};
  const auto bytes = checked(row, 0, what);
  return bytes.ok() ? decode(bytes.value()) : bytes.failure();
}

base::Result<std::vector<raft::Entry>> load_entries(Database& database, const State& state) {
  std::vector<raft::Entry> entries;
  raft::Position last;
  base::LogTime stamp;
  Statement row = database.prepare("SELECT idx, entry, crc FROM entries ORDER BY idx");
  while (row.step()) {
    const auto index = raft::Index(static_cast<std::uint64_t>(row.integer(0)));
    const auto what = "log entry " + std::to_string(index.value);
    if (index != last.index.next()) {
      return base::Error{"log entry " + std::to_string(last.index.next().value) + " is missing before " +
                         what};
    }
    const auto bytes = checked(row, 1, what);
    if (!bytes.ok()) return bytes.failure();
    auto entry = wire::decode_entry(bytes.value());
    if (!entry.ok()) return base::Error{what + ": " + entry.error()};
    if (entry->at.index != index) return base::Error{what + " is kept in another's place"};
    if (entry->at.term < last.term || entry->at.term > state.hard_state.term) {
      return base::Error{"the term of " + what + " is out of order"};
    }
    if (entry->stamp < stamp) return base::Error{"the stamp of " + what + " is out of order"};
    last = entry->at;
    stamp = entry->stamp;
    entries.push_back(std::move(entry).value());
  }
  if (last.index == state.last_index) return entries;
  return base::Error{"the log ends at " + std::to_string(last.index.value) + " instead of " +
                     std::to_string(state.last_index.value)};
}

std::optional<Failure> check_format(Database& database, const std::string& folder) {
  if (database.ask("PRAGMA application_id") != std::to_string(kApplicationId)) {
    return Failure{Fault::identity, database_path(folder) + " is not a store of lockd"};
  }
  const auto format = database.ask("PRAGMA user_version");
  if (format == std::to_string(kFormatVersion)) return std::nullopt;
  return Failure{Fault::identity, folder + " has the format " + format + ", this program reads " +
                                      std::to_string(kFormatVersion)};
}

}  // namespace

std::variant<Contents, Failure> load(Database& database, const std::string& folder) {
  const auto damaged = [&](const std::string& what) { return damage_failure(database_path(folder), what); };
  if (auto failure = check_format(database, folder)) return *failure;
  if (const auto flaw = database.ask("PRAGMA quick_check(1)"); flaw != "ok") return damaged(flaw);

  auto identity = load_one(database, "SELECT identity, crc FROM meta", "the identity", decode_identity);
  if (!identity.ok()) return damaged(identity.error());
  const auto state =
      load_one(database, "SELECT state, crc FROM hard_state", "the term and vote", decode_state);
  if (!state.ok()) return damaged(state.error());
  auto entries = load_entries(database, state.value());
  if (!entries.ok()) return damaged(entries.error());
  return Contents{std::move(identity).value(), state.value(), std::move(entries).value()};
}

}  // namespace store
