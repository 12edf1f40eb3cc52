// Reading a store: everything is checked before anything of it is believed.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/store/rows.hpp"
#include "core/store/sqlite.hpp"

namespace store {

struct Contents {
  Meta meta;
  State state;
  Snapshot snapshot;
  std::vector<raft::Entry> entries;
  std::vector<base::Bytes> pieces;
};
// What is left over (entries before the log's beginning, pieces of another generation) is passed over. May
// throw SqliteError.
std::variant<Contents, Failure> load(Database& database, const std::string& folder);

}  // namespace store
