#include "cli/raftsim/gather.hpp"

#include <map>

#include "cli/raftsim/print.hpp"
#include "sim/rerun.hpp"

namespace raftsim {

sim::Load gather(const Gathering& how, sim::Results& results, const std::vector<std::uint64_t>& seeds) {
  std::multimap<std::uint64_t, sim::Outcome> early;
  std::size_t next = 0;
  const auto put_down = [&](const sim::Outcome& outcome) {
    const auto known = results.growth.states();
    const auto rare = results.add(outcome);
    if (how.file) how.file->seed(results.scenario.name, outcome, rare);
    if (how.json) print_json(results.scenario, outcome, results.growth.states() - known);
  };
  const auto jobs = how.jobs ? how.jobs : sim::processors();
  const auto load = sim::run_seeds(results.scenario, seeds, jobs, [&](const sim::Outcome& outcome) {
    if (how.ended) how.ended(outcome);
    early.emplace(outcome.seed, outcome);
    for (; next < seeds.size(); ++next) {
      const auto due = early.find(seeds[next]);
      if (due == early.end()) return;
      put_down(due->second);
      early.erase(due);
    }
  });
  results.load.cpu_ns += load.cpu_ns;
  results.load.wall_ns += load.wall_ns;
  return load;
}

void run_again(sim::Results& results, std::uint64_t seed) {
  const auto first = results.digests.find(seed);
  // One that died or took too long has none.
  if (first == results.digests.end() || first->second == 0) return;
  if (const auto different = sim::rerun(results.scenario, seed, first->second))
    results.not_deterministic = "seed " + std::to_string(seed) + ": " + *different;
}

}  // namespace raftsim
