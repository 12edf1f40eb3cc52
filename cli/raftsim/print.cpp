#include "cli/raftsim/print.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/raftsim/tables.hpp"
#include "cli/raftsim/verbs.hpp"

namespace raftsim {

namespace {

using nlohmann::ordered_json;

std::string hex(std::uint64_t value) {
  char text[17];
  std::snprintf(text, sizeof text, "%016" PRIx64, value);
  return text;
}

// So many of `count` in so many nanoseconds, a second.
std::uint64_t per_second(std::uint64_t count, std::uint64_t ns) {
  return ns == 0 ? 0 : static_cast<std::uint64_t>(static_cast<double>(count) * 1e9 / static_cast<double>(ns));
}

void print(const ordered_json& line) {
  std::printf("%s\n", line.dump(-1, ' ', false, ordered_json::error_handler_t::replace).c_str());
  std::fflush(stdout);
}

std::string coverage_line(const sim::Scenario& scenario, const sim::Coverage& coverage) {
  std::string line;
  for (const auto& [counter, value] : coverage) {
    const bool of_interest = scenario.require.contains(counter) || counter == "ops_done" ||
                             counter == "leader_changes" || counter == "liveness_not_demanded";
    if (of_interest) line += (line.empty() ? "" : ", ") + counter + " " + sim::short_number(value);
  }
  return line;
}

}  // namespace

int code_of(sim::Verdict verdict) {
  switch (verdict) {
    case sim::Verdict::pass:
      return kPass;
    case sim::Verdict::violation:
      return kViolation;
    case sim::Verdict::inconclusive:
      return kInconclusive;
    case sim::Verdict::not_deterministic:
      return kNotDeterministic;
  }
  return kInternal;
}

void Totals::add(const sim::Results& results) {
  seeds += results.summary.seeds;
  events += results.summary.events;
  node_ns += static_cast<std::uint64_t>(results.summary.simulated.count()) * results.scenario.machines();
  load.cpu_ns += results.load.cpu_ns;
  load.wall_ns += results.load.wall_ns;
}

void print_text(const sim::Scenario& scenario, const sim::Outcome& failed) {
  const auto& violation = *failed.violation;
  std::printf("  seed %" PRIu64 " violates %s: %s\n", failed.seed, violation.check.c_str(),
              violation.what.c_str());
  for (const auto& line : violation.lines) {
    if (line != violation.what) std::printf("    %s\n", line.c_str());
  }
  std::printf("  to see it: %s\n", replay_command(scenario, failed.seed).c_str());
}

void print_text(const sim::Results& results) {
  const auto& scenario = results.scenario;
  const auto& summary = results.summary;
  const auto cpu_ns = results.load.cpu_ns;
  const auto simulated_s = static_cast<std::uint64_t>(summary.simulated.count()) / 1'000'000'000;
  std::printf("%-13s %-22s %s; %s events/s, %s simulated seconds per CPU-second\n",
              name_of(results.verdict()), scenario.name.c_str(), seeds_line(results).c_str(),
              sim::short_number(per_second(summary.events, cpu_ns)).c_str(),
              sim::short_number(per_second(simulated_s, cpu_ns)).c_str());
  std::printf("              %s\n", coverage_line(scenario, summary.coverage).c_str());
  std::printf("              %s\n", growth_line(results.growth).c_str());
  if (results.not_deterministic)
    complain(scenario.file + ": not deterministic: " + *results.not_deterministic);
  for (const auto& failed : summary.failed) print_text(scenario, failed);
  if (summary.failures > summary.failed.size()) {
    std::printf("  and %" PRIu64 " more\n", summary.failures - summary.failed.size());
  }
  for (std::size_t i = 0; i < std::min<std::size_t>(5, summary.inconclusive.size()); ++i) {
    std::printf("  inconclusive: %s\n", summary.inconclusive[i].c_str());
  }
  const auto idle = summary.idle.value_or(std::vector<std::string>());
  for (std::size_t i = 0; i < std::min<std::size_t>(5, idle.size()); ++i)
    std::printf("  never struck: %s\n", idle[i].c_str());
  if (idle.size() > 5) std::printf("  and %zu more never struck\n", idle.size() - 5);
  std::fflush(stdout);
}

void print_text(const Totals& totals) {
  const auto node_seconds = totals.node_ns / 1'000'000'000;
  const auto hundredths = per_second(node_seconds, totals.load.cpu_ns) * 100 / 3600;
  std::printf("%" PRIu64 " seeds in %" PRIu64 ".%" PRIu64 "s: %s seeds/min, %" PRIu64 ".%02" PRIu64
              " simulated node-hours per CPU-second, %s events/s\n",
              totals.seeds, totals.load.wall_ns / 1'000'000'000, totals.load.wall_ns / 100'000'000 % 10,
              sim::short_number(per_second(totals.seeds * 60, totals.load.wall_ns)).c_str(), hundredths / 100,
              hundredths % 100, sim::short_number(per_second(totals.events, totals.load.wall_ns)).c_str());
}

void print_json(const sim::Scenario& scenario, const sim::Outcome& outcome, std::size_t new_states) {
  ordered_json line{{"scenario", scenario.name},
                    {"seed", outcome.seed},
                    {"digest", hex(outcome.digest)},
                    {"events", outcome.events},
                    {"ops", outcome.operations},
                    {"sim_ns", outcome.simulated.count()},
                    {"verdict", outcome.violation      ? "violation"
                                : outcome.inconclusive ? "inconclusive"
                                                       : "pass"}};
  if (outcome.violation) {
    line["check"] = outcome.violation->check;
    line["what"] = outcome.violation->what;
    line["lines"] = outcome.violation->lines;
  }
  if (outcome.inconclusive) line["why"] = *outcome.inconclusive;
  line["states"] = outcome.states.size();
  line["new_states"] = new_states;
  line["coverage"] = outcome.coverage;
  print(line);
}

void print_json(const sim::Results& results) {
  const auto& summary = results.summary;
  ordered_json line{{"scenario", results.scenario.name},
                    {"verdict", name_of(results.verdict())},
                    {"seeds", summary.seeds},
                    {"failures", summary.failures},
                    {"as_expected", summary.as_expected},
                    {"events", summary.events},
                    {"ops", summary.operations},
                    {"sim_ns", summary.simulated.count()},
                    {"cpu_ns", results.load.cpu_ns},
                    {"wall_ns", results.load.wall_ns},
                    {"states", results.growth.states()},
                    {"states_once", results.growth.once()},
                    {"inconclusive", summary.inconclusive},
                    {"never_struck", summary.idle.value_or(std::vector<std::string>())},
                    {"coverage", summary.coverage}};
  if (results.not_deterministic) {
    line["not_deterministic"] = *results.not_deterministic;
    complain(results.scenario.file + ": not deterministic: " + *results.not_deterministic);
  }
  print(line);
}

}  // namespace raftsim
