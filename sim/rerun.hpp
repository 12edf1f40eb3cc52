// Is a seed the same run every time?
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/world.hpp"

namespace sim {

// Of two runs of one scenario and seed. Nothing: they were the same; otherwise the first event that differs.
std::optional<std::string> difference(const Scenario& scenario, const std::vector<SeenEvent>& one,
                                      const std::vector<SeenEvent>& other);

// Whether the seed comes to `digest`, as another run of it did; as above.
std::optional<std::string> rerun(const Scenario& scenario, std::uint64_t seed, std::uint64_t digest);

}  // namespace sim
