#include "core/store/sqlite.hpp"

#include <sqlite3.h>

namespace store {
namespace {

[[noreturn]] void fail(sqlite3* database) {
  throw SqliteError(sqlite3_extended_errcode(database), sqlite3_errmsg(database));
}

int count_wal_pages(void* pages, sqlite3*, const char*, int frames) {
  *static_cast<int*>(pages) = frames;
  return SQLITE_OK;
}

}  // namespace

bool SqliteError::is_of_the_disk() const {
  return primary_code() == SQLITE_IOERR;
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Statement::Statement(sqlite3* database, std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                         &statement, nullptr) != SQLITE_OK) {
    fail(database);
  }
  statement_.reset(statement);
}

Statement& Statement::bind(int parameter, std::int64_t value) {
  if (sqlite3_bind_int64(statement_.get(), parameter, value) != SQLITE_OK)
    fail(sqlite3_db_handle(statement_.get()));
  return *this;
}

Statement& Statement::bind(int parameter, std::string_view blob) {
  if (sqlite3_bind_blob64(statement_.get(), parameter, blob.data(), blob.size(), SQLITE_STATIC) !=
      SQLITE_OK) {
    fail(sqlite3_db_handle(statement_.get()));
  }
  return *this;
}

bool Statement::step() {
  switch (sqlite3_step(statement_.get())) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      fail(sqlite3_db_handle(statement_.get()));
  }
}

void Statement::run() {
  while (step()) {
  }
  reset();
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
}

std::int64_t Statement::integer(int column) {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::bytes(int column) {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return data ? std::string_view(data, size) : std::string_view();
}

void Database::Close::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}

Database::Database(const std::string& path, Mode mode, const std::string& vfs)
    : wal_pages_(std::make_unique<int>(0)) {
  sqlite3* database = nullptr;
  const int flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (mode == Mode::create ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(path.c_str(), &database, flags, vfs.empty() ? nullptr : vfs.c_str());
  handle_.reset(database);
  if (!database) throw SqliteError(code, "no memory");
  if (code != SQLITE_OK) fail(database);
  sqlite3_extended_result_codes(database, 1);
  // In the place of SQLite's own hook, so it never checkpoints by itself.
  sqlite3_wal_hook(database, count_wal_pages, wal_pages_.get());
}

void Database::run(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(handle_.get());
}

std::string Database::ask(const std::string& sql) {
  Statement statement = prepare(sql);
  return statement.step() ? std::string(statement.bytes(0)) : std::string();
}

std::int64_t Database::changes() const {
  return sqlite3_changes64(handle_.get());
}

void Database::checkpoint(bool truncate) {
  const int mode = truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
  if (sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, mode, nullptr, nullptr) != SQLITE_OK)
    fail(handle_.get());
  *wal_pages_ = 0;
}

void Database::abandon() {
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

}  // namespace store
