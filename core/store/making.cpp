#include "core/store/making.hpp"

#include <sqlite3.h>

#include "core/base/bytes.hpp"
#include "core/store/folder.hpp"

namespace store {
namespace {

struct Table {
  const char* name;
  const char* sql;
};
constexpr Table kTables[] = {
    {"meta",
     "CREATE TABLE meta(id INTEGER PRIMARY KEY CHECK(id = 1), identity BLOB NOT NULL, crc INTEGER NOT NULL)"},
    {"state",
     "CREATE TABLE state(id INTEGER PRIMARY KEY CHECK(id = 1), state BLOB NOT NULL, crc INTEGER NOT NULL)"},
    {"snapshot",
     "CREATE TABLE snapshot(id INTEGER PRIMARY KEY CHECK(id = 1), snapshot BLOB NOT NULL, crc INTEGER NOT "
     "NULL)"},
    {"entries", "CREATE TABLE entries(idx INTEGER PRIMARY KEY, entry BLOB NOT NULL, crc INTEGER NOT NULL)"},
    {"pieces", "CREATE TABLE pieces(key INTEGER PRIMARY KEY, piece BLOB NOT NULL, crc INTEGER NOT NULL)"}};

void fill_new(Database& database, const Meta& meta) {
  database.run("PRAGMA synchronous=EXTRA; BEGIN IMMEDIATE");
  database.run("PRAGMA application_id=" + std::to_string(kApplicationId));
  database.run("PRAGMA user_version=" + std::to_string(kFormatVersion));
  for (const auto& table : kTables) database.run(table.sql);
  const auto insert = [&](std::string_view sql, const std::string& bytes) {
    database.prepare(sql).bind(1, bytes).bind(2, std::int64_t{base::crc32c(bytes)}).run();
  };
  insert("INSERT INTO meta VALUES(1, ?, ?)", encode(meta));
  insert("INSERT INTO state VALUES(1, ?, ?)", encode(State{}));
  Snapshot none;
  none.meta.configuration = meta.origin.configuration;
  insert("INSERT INTO snapshot VALUES(1, ?, ?)", encode(none));
  database.run("COMMIT");
}

}  // namespace

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

std::optional<Failure> make_database(Files& files, const std::string& folder, const Meta& meta) {
  const auto path = database_path(folder), unfinished = path + ".new";
  (void)files.remove(unfinished);
  (void)files.remove(unfinished + "-journal");
  try {
    Database database(unfinished, Database::Mode::create, files.vfs());
    fill_new(database, meta);
  } catch (const SqliteError& error) {
    return failure_of(error, folder);
  }
  const int error = files.rename(unfinished, path);
  if (error != 0) return disk_failure("rename", unfinished, error);
  return sync_folder(files, folder);
}

std::optional<std::string> flaw_in_tables(Database& database) {
  Statement rows = database.prepare("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid");
  for (const auto& table : kTables) {
    const auto is_it = [&] {
      const auto is = [&](int column, std::string_view text) { return rows.bytes(column) == text; };
      return is(0, "table") && is(1, table.name) && is(2, table.name) && is(3, table.sql);
    };
    if (!rows.step() || !is_it()) return std::string("the table ") + table.name + " is not as it was made";
  }
  if (rows.step()) return "it has more tables than it was made with";
  return std::nullopt;
}

// Exclusive locking spares the shared-memory file. No page may reach the log before its commit (cache_spill),
// so that everything in the log was committed; wal_scan.hpp counts on it.
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
  // Some builds of SQLite overwrite what is deleted: every page of a former snapshot would go through the
  // log.
  database.ask("PRAGMA secure_delete=OFF");
}

}  // namespace store
