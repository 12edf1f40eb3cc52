#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <iostream>

#include "cli/raftsim/print.hpp"
#include "cli/raftsim/verbs.hpp"
#include "core/base/duration.hpp"
#include "sim/rerun.hpp"

namespace raftsim {

int replay(const ReplayAsked& asked) {
  auto scenario = sim::read_scenario(asked.file);
  if (!scenario.ok()) return complain(scenario.error()), kUsage;
  if (!scenario->schedule && !asked.seed)
    return complain(asked.file + " has no schedule: name a seed with --seed"), kUsage;
  if (scenario->schedule && asked.seed)
    return complain(asked.file + " has a schedule, and no seeds: leave --seed out"), kUsage;
  const auto seed = asked.seed.value_or(scenario->seeds.front());
  sim::RunOptions options;
  options.state = asked.state || !asked.until.empty();
  std::ofstream trace;
  if (!asked.until.empty()) {
    const auto until = base::parse_duration(asked.until);
    if (!until.ok()) return complain("--until: " + until.error()), kUsage;
    options.until = until.value();
  }
  options.trace = &std::cout;
  options.trace_messages = asked.messages;
  scenario->swarm = asked.swarm;
  if (!asked.trace.empty()) {
    trace.open(asked.trace);
    if (!trace) return complain(asked.trace + ": can't be written"), kUsage;
    options.perfetto = &trace;
  }
  std::vector<sim::SeenEvent> events;
  options.events = &events;
  const auto outcome = sim::run_seed(scenario.value(), seed, options);
  std::cout << outcome.state << std::flush;
  if (outcome.picture_cut_short) complain(asked.trace + ": cut short: the run is too long to be drawn whole");
  std::vector<sim::SeenEvent> again;
  sim::RunOptions quiet;
  quiet.until = options.until;
  quiet.events = &again;
  (void)sim::run_seed(scenario.value(), seed, quiet);
  if (!asked.history.empty()) {
    std::ofstream history(asked.history);
    if (!(history << outcome.history)) return complain(asked.history + ": can't be written"), kUsage;
  }
  std::printf("seed %" PRIu64 ": %s, digest %016" PRIx64 ", %s events, %s operations, %s simulated\n",
              outcome.seed, outcome.violation ? "violation" : "pass", outcome.digest,
              sim::short_number(outcome.events).c_str(), sim::short_number(outcome.operations).c_str(),
              base::format_duration(outcome.simulated).c_str());
  for (const auto& path : outcome.idle) std::printf("  never struck: %s\n", path.c_str());
  if (const auto different = sim::difference(scenario.value(), events, again))
    return complain("not deterministic: " + *different), kNotDeterministic;
  if (outcome.violation) return print_text(scenario.value(), outcome), kViolation;
  if (outcome.inconclusive) return complain(*outcome.inconclusive), kInconclusive;
  return kPass;
}

}  // namespace raftsim
