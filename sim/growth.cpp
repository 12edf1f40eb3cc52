#include "sim/growth.hpp"

#include <algorithm>

namespace sim {

std::vector<State> Growth::add(std::uint64_t seed, const std::vector<State>& states) {
  seeds_.insert(seed);
  std::vector<State> rare;
  for (const auto state : states) {
    const auto [at, is_new] = seen_.try_emplace(state, Seen{seed, std::nullopt});
    auto& [first, second] = at->second;
    if (is_new || !second) rare.push_back(state);
    if (is_new || seed == first || seed == second) continue;
    if (seed < first) {
      second = std::exchange(first, seed);
    } else if (!second || seed < *second) {
      second = seed;
    }
  }
  return rare;
}

std::size_t Growth::once() const {
  return static_cast<std::size_t>(
      std::count_if(seen_.begin(), seen_.end(), [](const auto& one) { return !one.second.second; }));
}

std::uint64_t Growth::next_thousandths() const {
  return seeds_.empty() ? 0 : once() * 1000 / seeds_.size();
}

std::vector<std::pair<std::size_t, std::size_t>> Growth::curve(std::size_t points) const {
  std::vector<std::uint64_t> firsts;
  for (const auto& [state, seen] : seen_) firsts.push_back(seen.first);
  std::sort(firsts.begin(), firsts.end());
  const auto steps = std::min(points - 1, seeds_.size());
  std::vector<std::pair<std::size_t, std::size_t>> curve{{0, 0}};
  std::size_t seeds = 0;
  std::size_t states = 0;
  for (const auto seed : seeds_) {
    ++seeds;
    while (states < firsts.size() && firsts[states] <= seed) ++states;
    if (seeds * steps / seeds_.size() != (seeds - 1) * steps / seeds_.size())
      curve.emplace_back(seeds, states);
  }
  return curve;
}

std::vector<State> Growth::all() const {
  std::vector<State> all;
  for (const auto& [state, seen] : seen_) all.push_back(state);
  return all;
}

}  // namespace sim
