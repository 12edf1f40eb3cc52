// One fault at every k-th occasion: a run of a seed is counted through, then run again for each place where a
// message, a disk operation or a timer might have failed, with that one failure.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/trials.hpp"

namespace sim {

enum class SweepOf { all, disk, messages, timers, crashes };

struct SweepOptions {
  SweepOf what = SweepOf::all;
  std::uint64_t every = 1;  // of those of one stream and site, the first, then every so many-th
  unsigned jobs = 1;
  std::function<bool()> go_on = [] { return true; };
  std::function<void(std::size_t done, std::size_t all)> progress = [](std::size_t, std::size_t) {};
};

struct Swept {
  std::size_t places = 0;  // that the run has
  std::size_t chosen = 0;
  std::size_t runs = 0;
  std::size_t inconclusive = 0;
  struct Failure {
    Flip flip;
    Violation violation;
  };
  std::vector<Failure> failures;  // by place
};

// The run under the scenario's schedule, or its first seed. The places are taken in an order that spreads
// over the whole run wherever it is stopped.
Swept sweep(const Scenario& scenario, const Traced& counted, const SweepOptions& options);
// The places of a run, by stream and then by site.
std::vector<Flip> places_of(const Traced& counted, SweepOf what, std::uint64_t every);

}  // namespace sim
