// What a seed came to, as one line of JSON: between processes, and in files of results.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "sim/world.hpp"

namespace sim {

// All but its history; `states` are those of the outcome unless others are named.
nlohmann::ordered_json to_json(const Outcome& outcome, const std::vector<State>& states);
// Throws nlohmann::json::exception on what to_json() hasn't made.
Outcome outcome_of(const nlohmann::json& line);

// One line, its end included; bytes that are no UTF-8 become U+FFFD.
std::string line_of(const nlohmann::ordered_json& object);

}  // namespace sim
