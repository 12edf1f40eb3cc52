// What a row holds beside its key: bytes, and their checksum in a column of its own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/store/store.hpp"

namespace store {

std::string encode(const Identity& identity);
base::Result<Identity> decode_identity(std::string_view bytes);

// The last index is written with every transaction: entries that are missing at the end are missed.
struct State {
  raft::HardState hard_state;
  raft::Index last_index;
};
std::string encode(const State& state);
base::Result<State> decode_state(std::string_view bytes);

}  // namespace store
