// Runs that are tried to learn one thing: do they fail, and how?
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/world.hpp"

namespace sim {

struct Tried {
  std::optional<Violation> violation;
  std::optional<std::string> inconclusive;
  std::uint64_t digest = 0;
  std::uint64_t events = 0;
  std::uint64_t operations = 0;
  Time simulated{0};
};

// Each under its schedule or else its first seed, in a process of its own, `jobs` >= 1 at a time: one that
// dies fails by `core_check`.
std::vector<Tried> try_each(const std::vector<Scenario>& scenarios, unsigned jobs);

// A run looked at closely.
struct Traced {
  Tried tried;
  std::vector<Deed> deeds;
  // The same run without its seed: every draw whose value is not the plain one. With the run's own flips.
  Schedule written;
  std::uint64_t draws = 0;
  struct Sites {
    std::uint64_t times[kFaultSites] = {};
  };
  std::map<std::string, Sites> sites;  // by stream
};
// Nothing but `tried` where its process dies.
Traced trace_one(const Scenario& scenario);

// Two failures with the same signature count as the same: the check, and for Raft's invariants and the
// core's statements about itself, which one.
std::string signature(const Violation& violation);

}  // namespace sim
