// The database itself: how one is made, how it is set before use, and what its errors mean.
#pragma once

#include <optional>
#include <string>

#include "core/store/files.hpp"
#include "core/store/rows.hpp"
#include "core/store/sqlite.hpp"
#include "core/store/store.hpp"

namespace store {

// In the database's header, where file(1) looks: "LKDS".
constexpr std::int64_t kApplicationId = 0x4C4B4453;

Failure failure_of(const SqliteError& error, const std::string& folder);

// Made under another name, and renamed when it is whole: an interrupted making leaves no store.
std::optional<Failure> make_database(Files& files, const std::string& folder, const Meta& meta);

// Whether the tables are those that make_database() made. No checksum covers what SQLite keeps of them, and
// one bit can turn it into something else that it understands: a key that is none any more, so that changes
// of the row find nothing to change.
std::optional<std::string> flaw_in_tables(Database& database);

// Before anything else is asked of an open database. May throw SqliteError.
void prepare_for_writing(Database& database);

}  // namespace store
