// How one question and its answer read in a history.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/client/history.hpp"
#include "core/client/json_object.hpp"

namespace client {

// One line's subject: a name, what was asked of it, and with what.
struct Described {
  std::string key;
  std::string op;
  JsonObject args;
};

// A line a name; none for what neither reads nor writes a name's lock or record.
std::vector<Described> describe(const Recorded& recorded);

// Nothing for an answer that constrains no history.
std::optional<JsonObject> returned(const std::string& op, const lock::Reply& reply);

}  // namespace client
