// Is a seed the same run every time?
#pragma once

#include <optional>
#include <string>

#include "sim/world.hpp"

namespace sim {

// Runs the seed twice. Nothing: both were the same; otherwise the first event that differs.
std::optional<std::string> rerun(const Scenario& scenario, std::uint64_t seed);

}  // namespace sim
