// Breadth first, so that the first violation is reached by as few steps as any.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "sim/explore/world.hpp"

namespace explore {

enum class End { searched, violation, memory, depth, stopped };

struct Report {
  End end = End::searched;
  std::uint64_t states = 0;
  std::uint64_t expanded = 0;     // states all of whose steps were taken
  std::uint64_t transitions = 0;  // steps that may change anything
  std::uint32_t depth = 0;        // every state that can be reached by fewer steps was expanded
  std::uint64_t waiting = 0;      // states not expanded
  std::size_t bytes = 0;
  std::size_t distinct_servers = 0;
  std::size_t distinct_letters = 0;
  std::size_t distinct_steps = 0;  // of one server: how often the real core ran
  std::optional<Violation> violation;
  std::vector<Action> path;  // to the violation
};

// Asked from time to time; false ends the search.
using GoOn = std::function<bool(const Report& so_far)>;

// The numbers of letters in the path are those of `world`.
Report search(World& world, const GoOn& go_on);

}  // namespace explore
