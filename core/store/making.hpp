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

// Before anything else is asked of an open database. May throw SqliteError.
void prepare_for_writing(Database& database);

}  // namespace store
