#include "sim/report.hpp"

#include <algorithm>

namespace sim {

namespace {
constexpr std::size_t kKept = 5;
}

void Summary::add(const Scenario& scenario, const Outcome& outcome) {
  ++seeds;
  events += outcome.events;
  operations += outcome.operations;
  simulated += outcome.simulated;
  for (const auto& [counter, value] : outcome.coverage) count(coverage, counter, value);
  if (!outcome.violation && !outcome.inconclusive && !scenario.swarm) {
    if (!idle) idle = outcome.idle;
    std::erase_if(*idle, [&](const std::string& path) {
      return std::ranges::find(outcome.idle, path) == outcome.idle.end();
    });
  }
  const auto seed = std::to_string(outcome.seed);
  if (outcome.inconclusive) inconclusive.push_back("seed " + seed + ": " + *outcome.inconclusive);
  if (outcome.inconclusive && !outcome.violation) ++undecided;
  if (!outcome.violation) {
    for (const auto& [counter, least] : scenario.require_per_seed) {
      const auto at = outcome.coverage.find(counter);
      const auto seen = at == outcome.coverage.end() ? 0 : at->second;
      if (seen < least)
        inconclusive.push_back("seed " + seed + ": " + counter + " " + std::to_string(seen) + " of " +
                               std::to_string(least));
    }
    return;
  }
  if (scenario.expect_fail == outcome.violation->check) {
    ++as_expected;
    if (!first_expected || outcome.seed < first_expected->seed) first_expected = outcome;
    return;
  }
  ++failures;
  failed.push_back(outcome);
  std::sort(failed.begin(), failed.end(), [](const Outcome& a, const Outcome& b) { return a.seed < b.seed; });
  if (failed.size() > kKept) failed.pop_back();
}

void Summary::close(const Scenario& scenario) {
  for (const auto& [counter, least] : scenario.require) {
    const auto at = coverage.find(counter);
    const auto seen = at == coverage.end() ? 0 : at->second;
    if (seen < least)
      inconclusive.push_back(counter + " happened " + std::to_string(seen) + " times, required " +
                             std::to_string(least));
  }
  if (scenario.expect_fail && as_expected == 0)
    inconclusive.push_back("no seed failed by " + *scenario.expect_fail + ", as was expected");
}

Verdict verdict_of(const Summary& summary) {
  if (summary.failures > 0) return Verdict::violation;
  return summary.inconclusive.empty() ? Verdict::pass : Verdict::inconclusive;
}

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "pass";
    case Verdict::violation:
      return "violation";
    case Verdict::inconclusive:
      return "inconclusive";
    case Verdict::not_deterministic:
      return "not deterministic";
  }
  return "?";
}

std::string short_number(std::uint64_t number) {
  static constexpr std::pair<std::uint64_t, char> kUnits[] = {
      {1'000'000'000, 'G'}, {1'000'000, 'M'}, {1'000, 'k'}};
  for (const auto& [unit, letter] : kUnits) {
    if (number < unit) continue;
    const auto tenths = number / (unit / 10);
    return std::to_string(tenths / 10) + (tenths < 1000 ? "." + std::to_string(tenths % 10) : "") + letter;
  }
  return std::to_string(number);
}

}  // namespace sim
