#include "core/store/store.hpp"

#include <cerrno>
#include <cstdio>
#include <sqlite3.h>

#include "core/base/bytes.hpp"
#include "core/base/check.hpp"
#include "core/store/folder.hpp"
#include "core/store/load.hpp"
#include "core/store/wal_scan.hpp"
#include "core/wire/codec.hpp"

namespace store {
namespace {

Failure failure_of(const SqliteError& error, const std::string& folder) {
  const auto path = database_path(folder);
  const std::string why = error.what();
  switch (error.primary_code()) {
    case SQLITE_BUSY:
      return {Fault::busy, folder + " is in use by another program"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return damage_failure(path, why);
    case SQLITE_FULL:
      return {Fault::disk, "disk full: " + path + " can't grow"};
    default:
      return {Fault::disk, "the disk under " + path + " fails: " + why};
  }
}

// Before the first access: exclusive locking spares the shared-memory file. No page may reach the log before
// its commit (cache_spill), so that everything in the log was committed; wal_scan.hpp counts on it.
void prepare_for_writing(Database& database) {
  const auto demand = [&](const std::string& pragma, const std::string& expected) {
    if (database.ask("PRAGMA " + pragma) != expected)
      throw SqliteError(SQLITE_ERROR, "SQLite refuses " + pragma);
  };
  demand("locking_mode=EXCLUSIVE", "exclusive");
  demand("journal_mode=WAL", "wal");
  database.run("PRAGMA synchronous=FULL; PRAGMA cache_spill=OFF; PRAGMA temp_store=MEMORY");
  demand("synchronous", "2");
  database.ask("PRAGMA mmap_size=0");
}

void fill_new(Database& database, const Identity& identity) {
  database.run(
      "PRAGMA synchronous=EXTRA;"
      "BEGIN IMMEDIATE;"
      "PRAGMA application_id=" +
      std::to_string(kApplicationId) +
      ";"
      "PRAGMA user_version=" +
      std::to_string(kFormatVersion) +
      ";"
      "CREATE TABLE meta(id INTEGER PRIMARY KEY CHECK(id = 1), identity BLOB NOT NULL, crc INTEGER NOT NULL);"
      "CREATE TABLE hard_state(id INTEGER PRIMARY KEY CHECK(id = 1), state BLOB NOT NULL, crc INTEGER NOT "
      "NULL);"
      "CREATE TABLE entries(idx INTEGER PRIMARY KEY, entry BLOB NOT NULL, crc INTEGER NOT NULL)");
  const auto insert = [&](std::string_view sql, const std::string& bytes) {
    database.prepare(sql).bind(1, bytes).bind(2, std::int64_t{base::crc32c(bytes)}).run();
  };
  insert("INSERT INTO meta VALUES(1, ?, ?)", encode(identity));
  insert("INSERT INTO hard_state VALUES(1, ?, ?)", encode(State{}));
  database.run("COMMIT");
}

// Made under another name, and renamed when it is whole: an interrupted making leaves no store.
std::optional<Failure> make_database(const std::string& folder, const Identity& identity,
                                     const std::string& vfs) {
  const auto path = database_path(folder), unfinished = path + ".new";
  std::remove(unfinished.c_str());
  std::remove((unfinished + "-journal").c_str());
  try {
    Database database(unfinished, Database::Mode::create, vfs);
    fill_new(database, identity);
  } catch (const SqliteError& error) {
    return failure_of(error, folder);
  }
  if (std::rename(unfinished.c_str(), path.c_str()) != 0) return disk_failure("rename", unfinished, errno);
  return sync_folder(folder);
}

std::optional<Failure> check_wal(const std::string& folder) {
  const auto path = wal_path(folder);
  const auto wal = read_file(path);
  if (const auto* failure = std::get_if<Failure>(&wal)) return *failure;
  const auto rot = rot_of_wal(std::get<std::string>(wal));
  if (!rot) return std::nullopt;
  return damage_failure(path, *rot);
}

}  // namespace

struct Store::Impl {
  Impl(std::string where, Options how, FolderLock held)
      : folder(std::move(where)),
        options(std::move(how)),
        lock(std::move(held)),
        database(database_path(folder), Database::Mode::open, options.vfs) {}

  std::string folder;
  Options options;
  FolderLock lock;
  Database database;
  Contents found;  // when it was opened
  State state;     // as it is on disk
  std::optional<Failure> failed;

  std::optional<Statement> begin, commit, put_state, put_entry, truncate;
  void prepare_statements() {
    begin.emplace(database.prepare("BEGIN IMMEDIATE"));
    commit.emplace(database.prepare("COMMIT"));
    put_state.emplace(database.prepare("UPDATE hard_state SET state = ?, crc = ?"));
    put_entry.emplace(database.prepare("INSERT INTO entries VALUES(?, ?, ?)"));
    truncate.emplace(database.prepare("DELETE FROM entries WHERE idx >= ?"));
  }

  std::optional<Failure> no_room_for(std::uint64_t bytes) const {
    const auto free = options.free_bytes ? options.free_bytes(folder) : free_bytes(folder);
    const auto needed = options.reserve_bytes + bytes;
    if (free >= needed) return std::nullopt;
    return Failure{Fault::disk, "disk full: " + folder + " has " + std::to_string(free) + " bytes free, " +
                                    std::to_string(needed) + " needed"};
  }

  // Within a transaction; answers the state behind the write.
  State carry_out(const raft::Write& write, State before) {
    State after = before;
    if (write.hard_state) after.hard_state = *write.hard_state;
    if (write.truncate_from) {
      CHECK(*write.truncate_from && *write.truncate_from <= before.last_index);
      truncate->bind(1, static_cast<std::int64_t>(write.truncate_from->value)).run();
      after.last_index = write.truncate_from->previous();
    }
    for (const auto& entry : write.entries) {
      CHECK(entry.at.index == after.last_index.next());
      const auto bytes = wire::encode(entry);
      put_entry->bind(1, static_cast<std::int64_t>(entry.at.index.value));
      put_entry->bind(2, bytes).bind(3, std::int64_t{base::crc32c(bytes)}).run();
      after.last_index = entry.at.index;
    }
    return after;
  }

  void carry_out_all(std::span<const raft::Write> writes) {
    State after = state;
    begin->run();
    for (const auto& write : writes) after = carry_out(write, after);
    const auto bytes = encode(after);
    put_state->bind(1, bytes).bind(2, std::int64_t{base::crc32c(bytes)}).run();
    commit->run();
    state = after;
  }

  Failure fail(Failure failure, bool leaves_mark) {
    if (leaves_mark) leave_mark(folder, options.boot_id, failure.message);
    database.abandon();
    failed = failure;
    return failure;
  }

  template <class Work>
  std::optional<Failure> attempt(Work work) {
    if (failed) return failed;
    try {
      work();
      return std::nullopt;
    } catch (const SqliteError& error) {
      return fail(failure_of(error, folder), error.primary_code() != SQLITE_FULL);
    }
  }
};

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

bool Store::exists(const std::string& folder) {
  return file_exists(database_path(folder));
}

std::variant<std::unique_ptr<Store>, Failure> Store::create(const std::string& folder,
                                                            const Identity& identity,
                                                            const Options& options) {
  if (auto failure = make_folder(folder)) return *failure;
  {
    auto lock = FolderLock::take(folder);
    if (auto* failure = std::get_if<Failure>(&lock)) return std::move(*failure);
    if (exists(folder)) return Failure{Fault::identity, folder + " already holds a store"};
    if (auto failure = make_database(folder, identity, options.vfs)) return *failure;
  }
  return open(folder, options);
}

std::variant<std::unique_ptr<Store>, Failure> Store::open(const std::string& folder, const Options& options) {
  if (!exists(folder)) return Failure{Fault::absent, folder + " holds no store"};
  auto lock = FolderLock::take(folder);
  if (auto* failure = std::get_if<Failure>(&lock)) return std::move(*failure);
  Options filled = options;
  if (filled.boot_id.empty()) filled.boot_id = current_boot_id();
  if (auto failure = check_mark(folder, filled.boot_id)) return *failure;
  if (auto failure = check_wal(folder)) return *failure;
  try {
    auto impl = std::make_unique<Impl>(folder, std::move(filled), std::get<FolderLock>(std::move(lock)));
    prepare_for_writing(impl->database);
    auto loaded = load(impl->database, folder);
    if (auto* failure = std::get_if<Failure>(&loaded)) {
      impl->database.abandon();
      return std::move(*failure);
    }
    impl->found = std::get<Contents>(std::move(loaded));
    impl->state = impl->found.state;
    // A new generation of the log: what a torn tail left behind never meets what is written from now on.
    impl->database.checkpoint(true);
    impl->prepare_statements();
    return std::unique_ptr<Store>(new Store(std::move(impl)));
  } catch (const SqliteError& error) {
    return failure_of(error, folder);
  }
}

const Identity& Store::identity() const {
  return impl_->found.identity;
}

raft::Recovered Store::recover() const {
  return {impl_->found.state.hard_state, impl_->found.entries};
}

std::optional<Failure> Store::write(std::span<const raft::Write> writes) {
  if (impl_->failed) return impl_->failed;
  std::uint64_t bytes = 0;
  for (const auto& write : writes) {
    for (const auto& entry : write.entries) {
      // A row's share of pages and of the log's frames, amply.
      bytes += 256;
      if (const auto* command = std::get_if<raft::Command>(&entry.payload))
        bytes += 2 * command->bytes.size();
    }
  }
  if (auto failure = impl_->no_room_for(bytes)) return impl_->fail(*failure, false);
  return impl_->attempt([&] {
    if (impl_->database.wal_pages() >= 4 * impl_->options.checkpoint_pages) impl_->database.checkpoint(false);
    impl_->carry_out_all(writes);
  });
}

std::optional<Failure> Store::checkpoint() {
  return impl_->attempt([&] {
    if (impl_->database.wal_pages() >= impl_->options.checkpoint_pages) impl_->database.checkpoint(false);
  });
}

}  // namespace store
