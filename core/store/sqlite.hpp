// SQLite as this folder uses it. Errors are thrown here and caught in store.cpp, at the folder's border.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace store {

class SqliteError : public std::runtime_error {
 public:
  // `code` is extended.
  SqliteError(int code, const std::string& message) : std::runtime_error(message), code_(code) {}
  int primary_code() const { return code_ & 0xFF; }
  // An I/O error, and nothing about what is there.
  bool is_of_the_disk() const;

 private:
  int code_;
};

class Statement {
 public:
  Statement(sqlite3* database, std::string_view sql);

  // Parameters and columns count from 1 and from 0, as SQLite's own. Blobs must outlive the step.
  Statement& bind(int parameter, std::int64_t value);
  Statement& bind(int parameter, std::string_view blob);
  // Whether there is a row.
  bool step();
  // Steps to the end and resets: for what answers no rows.
  void run();
  void reset();

  std::int64_t integer(int column);
  // Valid until the next step.
  std::string_view bytes(int column);

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Database {
 public:
  enum class Mode { open, create };
  Database(const std::string& path, Mode mode, const std::string& vfs);

  void run(const std::string& sql);
  // The first column of the first row, as text; empty where there is none.
  std::string ask(const std::string& sql);
  Statement prepare(std::string_view sql) { return Statement(handle_.get(), sql); }

  // Rows that the last statement to change any has changed.
  std::int64_t changes() const;
  // Frames in the write-ahead log after the last commit.
  int wal_pages() const { return *wal_pages_; }
  void checkpoint(bool truncate);
  // Closing must not touch the files any more.
  void abandon();

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  std::unique_ptr<int> wal_pages_;  // SQLite's hook holds its address
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace store
