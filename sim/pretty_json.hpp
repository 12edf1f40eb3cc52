// JSON as a person would write it: what fits stands on one line.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace sim {

// With a newline at its end.
std::string pretty(const nlohmann::ordered_json& json);

}  // namespace sim
