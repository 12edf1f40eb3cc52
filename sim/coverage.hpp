// What happened in a run, counted: faults, and what they met.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

using Coverage = std::map<std::string, std::uint64_t, std::less<>>;

// Every counter there is: what a scenario's `require` may name.
const std::vector<std::string>& counters();
// Those of them that count faults.
const std::vector<std::string>& fault_counters();
// How often a fault struck while something else was going on (sim/overlaps.hpp); a counter, too.
std::string overlap_name(std::string_view fault, std::string_view met);
bool is_overlap(std::string_view counter);

inline void count(Coverage& coverage, std::string_view counter, std::uint64_t by = 1) {
  const auto at = coverage.find(counter);
  if (at != coverage.end()) {
    at->second += by;
  } else {
    coverage.emplace(counter, by);
  }
}

}  // namespace sim
