// What the two worlds made of one story, side by side.
#pragma once

#include <string>

#include "sim/world.hpp"

namespace real {

struct Side {
  std::string verdict;
  const sim::Outcome& outcome;
};

// A table for people. Latencies are from an operation's first send to its answer, waiting for a lock
// included.
std::string compare(const Side& real, const Side& simulated);

}  // namespace real
