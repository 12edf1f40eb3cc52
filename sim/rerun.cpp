#include "sim/rerun.hpp"

#include <algorithm>

#include "core/base/duration.hpp"

namespace sim {

namespace {

std::string tell(const Scenario& scenario, const std::vector<SeenEvent>& events, std::size_t at) {
  if (at >= events.size()) return "the run is over";
  const auto& event = events[at];
  return "at " + base::format_duration(event.at) + " " + name_of(event.kind) +
         (event.actor == kNobody ? "" : " of " + Faults::name_of(event.actor, scenario.machines())) + " (" +
         std::to_string(event.id) + ", " + std::to_string(event.detail) + ")";
}

}  // namespace

std::optional<std::string> difference(const Scenario& scenario, const std::vector<SeenEvent>& one,
                                      const std::vector<SeenEvent>& other) {
  if (one == other) return std::nullopt;
  const auto common = static_cast<std::ptrdiff_t>(std::min(one.size(), other.size()));
  const auto parted = std::mismatch(one.begin(), one.begin() + common, other.begin()).first;
  const auto at = static_cast<std::size_t>(parted - one.begin());
  const auto first = tell(scenario, one, at);
  const auto second = tell(scenario, other, at);
  const auto number = "the runs part at event " + std::to_string(at + 1) + ": ";
  if (first == second) return number + first + " brings other bytes";
  return number + "first " + first + ", then " + second;
}

std::optional<std::string> rerun(const Scenario& scenario, std::uint64_t seed, std::uint64_t digest) {
  if (run_seed(scenario, seed).digest == digest) return std::nullopt;
  // Only now is it worth it to remember every event.
  std::vector<SeenEvent> first;
  std::vector<SeenEvent> second;
  RunOptions options;
  options.events = &first;
  const auto one = run_seed(scenario, seed, options);
  options.events = &second;
  const auto other = run_seed(scenario, seed, options);
  if (const auto different = difference(scenario, first, second)) return different;
  if (one.digest != other.digest) return "the same events, but the clients' histories differ";
  return "two more runs are the same, but another one than the first";
}

}  // namespace sim
