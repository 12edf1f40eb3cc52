// Runs seeds of a scenario and puts down what they came to, in the order of the seeds.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "sim/results.hpp"

namespace raftsim {

struct Gathering {
  sim::ResultsFile* file = nullptr;  // nothing: none is written
  bool json = false;                 // a line of JSON on standard output for each seed
  unsigned jobs = 0;                 // 0: one a processor
  // After each seed, as it ends.
  std::function<void(const sim::Outcome&)> ended = {};
};

// Adds to `results`, the load as well. Answers what these seeds have cost.
sim::Load gather(const Gathering& how, sim::Results& results, const std::vector<std::uint64_t>& seeds);
// Runs a seed that has been gathered once more and notes in `results` whether the runs differ.
void run_again(sim::Results& results, std::uint64_t seed);

}  // namespace raftsim
