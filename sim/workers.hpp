// Many seeds side by side, in processes of their own: one that dies is a violation of its seed, not the end
// of the run.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "sim/world.hpp"

namespace sim {

struct Load {
  std::uint64_t cpu_ns = 0;  // of all workers together
  std::uint64_t wall_ns = 0;
};

// Calls back in this process for every seed as it ends, in no order, without its history unless it failed.
// `jobs` >= 1.
Load run_seeds(const Scenario& scenario, const std::vector<std::uint64_t>& seeds, unsigned jobs,
               const std::function<void(const Outcome&)>& ended);

unsigned processors();

}  // namespace sim
