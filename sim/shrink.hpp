// Makes a failing run smaller while it still fails by the same check: fewer faults, clients and servers, less
// time, and plain draws (delta debugging, Zeller and Hildebrandt 2002; of the draws as Hypothesis does it,
// MacIver and Donaldson, ECOOP 2020).
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "sim/story.hpp"

namespace sim {

struct Size {
  std::size_t steps = 0;  // of the timeline; before: of what it did
  std::size_t servers = 0;
  std::size_t clients = 0;  // that do something
  std::uint64_t draws = 0;  // that are not plain
  std::uint64_t operations = 0;
  std::uint64_t events = 0;
  Time simulated{0};
};

struct ShrinkOptions {
  unsigned jobs = 1;
  // Of the time there is, how much is used up; from 100 on nothing more is tried.
  std::function<unsigned()> percent_spent = [] { return 0u; };
  std::function<void(const std::string&)> progress = [](const std::string&) {};
};

struct Shrunk {
  std::string text;  // of the scenario
  Violation violation;
  Size before;
  Size after;
  std::uint64_t runs = 0;
  bool finished = false;  // nothing was left to try
};

// `text`: of a sound scenario; `seed` counts where it has no schedule. `name`: what the result is called. An
// error where the run does not fail.
base::Result<Shrunk> shrink(const std::string& text, std::uint64_t seed, const std::string& name,
                            const ShrinkOptions& options);

}  // namespace sim
