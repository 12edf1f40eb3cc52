#include "sim/rerun.hpp"

#include <algorithm>

namespace sim {

std::optional<std::string> rerun(const Scenario& scenario, std::uint64_t seed) {
  std::vector<std::uint64_t> first;
  std::vector<std::uint64_t> second;
  RunOptions options;
  options.digests = &first;
  const auto one = run_seed(scenario, seed, options);
  options.digests = &second;
  const auto other = run_seed(scenario, seed, options);
  if (first == second && one.history == other.history) return std::nullopt;
  const auto common = std::min(first.size(), second.size());
  const auto at =
      std::mismatch(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(common), second.begin()).first;
  return "the runs part at event " + std::to_string(at - first.begin() + 1) + " of " +
         std::to_string(one.events);
}

}  // namespace sim
