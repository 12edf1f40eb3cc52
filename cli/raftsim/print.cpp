#include "cli/raftsim/print.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <nlohmann/json.hpp>

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
    const bool of_interest =
        scenario.require.contains(counter) || counter == "ops_done" || counter == "leader_changes";
    if (of_interest) line += (line.empty() ? "" : ", ") + counter + " " + sim::short_number(value);
  }
  return line;
}

}  // namespace

void Totals::add(const sim::Scenario& scenario, const sim::Summary& summary, const sim::Load& its) {
  seeds += summary.seeds;
  events += summary.events;
  node_ns += static_cast<std::uint64_t>(summary.simulated.count()) * scenario.machines();
  load.cpu_ns += its.cpu_ns;
  load.wall_ns += its.wall_ns;
}

void print_text(const sim::Scenario& scenario, const sim::Outcome& failed) {
  const auto& violation = *failed.violation;
  std::printf("  seed %" PRIu64 " violates %s: %s\n", failed.seed, violation.check.c_str(),
              violation.what.c_str());
  for (const auto& line : violation.lines) {
    if (line != violation.what) std::printf("    %s\n", line.c_str());
  }
  std::printf("  to see it: raftsim replay %s --seed %" PRIu64 "\n", scenario.file.c_str(), failed.seed);
}

void print_text(const sim::Scenario& scenario, const sim::Summary& summary, const sim::Load& load) {
  const auto verdict = sim::verdict_of(summary);
  const auto passed = summary.seeds - summary.failures - summary.as_expected;
  std::string seeds = std::to_string(passed) + " of " + std::to_string(summary.seeds) + " seeds passed";
  if (scenario.expect_fail) {
    seeds = std::to_string(summary.as_expected) + " of " + std::to_string(summary.seeds) + " seeds fail by " +
            *scenario.expect_fail + ", as expected";
  }
  std::printf(
      "%-13s %-22s %s; %s events/s, %s simulated seconds per CPU-second\n", name_of(verdict),
      scenario.name.c_str(), seeds.c_str(),
      sim::short_number(per_second(summary.events, load.cpu_ns)).c_str(),
      sim::short_number(
          per_second(static_cast<std::uint64_t>(summary.simulated.count()) / 1'000'000'000, load.cpu_ns))
          .c_str());
  std::printf("              %s\n", coverage_line(scenario, summary.coverage).c_str());
  for (const auto& failed : summary.failed) print_text(scenario, failed);
  if (summary.failures > summary.failed.size()) {
    std::printf("  and %" PRIu64 " more\n", summary.failures - summary.failed.size());
  }
  for (std::size_t i = 0; i < std::min<std::size_t>(5, summary.inconclusive.size()); ++i) {
    std::printf("  inconclusive: %s\n", summary.inconclusive[i].c_str());
  }
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

void print_json(const sim::Scenario& scenario, const sim::Outcome& outcome) {
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
  line["coverage"] = outcome.coverage;
  print(line);
}

void print_json(const sim::Scenario& scenario, const sim::Summary& summary, const sim::Load& load) {
  print({{"scenario", scenario.name},
         {"verdict", name_of(sim::verdict_of(summary))},
         {"seeds", summary.seeds},
         {"failures", summary.failures},
         {"as_expected", summary.as_expected},
         {"events", summary.events},
         {"ops", summary.operations},
         {"sim_ns", summary.simulated.count()},
         {"cpu_ns", load.cpu_ns},
         {"wall_ns", load.wall_ns},
         {"inconclusive", summary.inconclusive},
         {"coverage", summary.coverage}});
}

}  // namespace raftsim
