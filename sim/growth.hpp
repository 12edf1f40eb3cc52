// How the number of abstract states grows with the seeds: does another seed still show anything new?
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "sim/states.hpp"

namespace sim {

class Growth {
 public:
  // A seed, once, in any order, with the states seen in it. Answers those that fewer than two seeds had shown
  // so far: from these of every seed another Growth comes to the same figures.
  std::vector<State> add(std::uint64_t seed, const std::vector<State>& states);

  std::size_t seeds() const { return seeds_.size(); }
  std::size_t states() const { return seen_.size(); }
  // Seen in one seed only.
  std::size_t once() const;
  // New states that the next seed is expected to show, in thousandths: once() / seeds() (Good and Turing;
  // Good, Biometrika 1953). 0 without a seed.
  std::uint64_t next_thousandths() const;
  // So many seeds, so many states: from (0, 0) on, in the order of seeds, at most so many points, the last
  // for all of them. `points` >= 2.
  std::vector<std::pair<std::size_t, std::size_t>> curve(std::size_t points) const;
  std::vector<State> all() const;

 private:
  struct Seen {
    std::uint64_t first;
    std::optional<std::uint64_t> second;
  };
  std::set<std::uint64_t> seeds_;
  std::map<State, Seen> seen_;
};

}  // namespace sim
