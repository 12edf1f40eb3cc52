// Reading a store: everything is checked before anything of it is believed.
#pragma once

#include <string>
#include <variant>

#include "core/store/rows.hpp"
#include "core/store/sqlite.hpp"

namespace store {

// In the database's header, where file(1) looks: "LKDS".
constexpr std::int64_t kApplicationId = 0x4C4B4453;

struct Contents {
  Identity identity;
  State state;
  std::vector<raft::Entry> entries;
};
// May throw SqliteError.
std::variant<Contents, Failure> load(Database& database, const std::string& folder);

}  // namespace store
