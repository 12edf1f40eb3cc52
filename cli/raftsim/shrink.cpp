#include "sim/shrink.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <unistd.h>

#include "cli/raftsim/verbs.hpp"
#include "core/base/duration.hpp"
#include "sim/check/read_text.hpp"
#include "sim/report.hpp"
#include "sim/workers.hpp"

namespace raftsim {

namespace {

using Clock = std::chrono::steady_clock;

// "x/y.json" is called "y".
std::string name_of_file(const std::string& path) {
  const auto slash = path.rfind('/');
  const auto name = path.substr(slash == std::string::npos ? 0 : slash + 1);
  return name.substr(0, name.rfind(".json"));
}

void print(const char* when, const sim::Size& size) {
  std::printf("%-7s %zu steps, %zu servers, %zu clients, %s drawn, %s operations, %s events, %s simulated\n",
              when, size.steps, size.servers, size.clients, sim::short_number(size.draws).c_str(),
              sim::short_number(size.operations).c_str(), sim::short_number(size.events).c_str(),
              base::format_duration(size.simulated).c_str());
}

// The file fails by itself, the same way twice.
int verify(const std::string& path, const sim::Shrunk& shrunk) {
  const auto scenario = sim::read_scenario(path);
  if (!scenario.ok()) return complain("what was written can't be read: " + scenario.error()), kInternal;
  const auto tried = sim::try_each({scenario.value(), scenario.value()}, 2);
  for (const auto& one : tried) {
    if (!one.violation || sim::signature(*one.violation) != sim::signature(shrunk.violation))
      return complain(path + " does not fail as it should"), kInternal;
  }
  if (tried[0].digest != tried[1].digest) return complain(path + " is not deterministic"), kNotDeterministic;
  return kPass;
}

}  // namespace

int shrink(const ShrinkAsked& asked) {
  const auto text = check::read_text(asked.file, "a scenario file");
  if (!text.ok()) return complain(text.error()), kUsage;
  const auto scenario = sim::parse_scenario(text.value(), asked.file);
  if (!scenario.ok()) return complain(scenario.error()), kUsage;
  if (!scenario->schedule && !asked.seed)
    return complain(asked.file + " has no schedule: name a seed that fails with --seed"), kUsage;
  if (scenario->schedule && asked.seed)
    return complain(asked.file + " has a schedule, and no seeds: leave --seed out"), kUsage;
  const auto budget = base::parse_duration(asked.budget);
  if (!budget.ok()) return complain("--budget: " + budget.error()), kUsage;
  sim::ShrinkOptions options;
  options.jobs = asked.jobs ? asked.jobs : sim::processors();
  const auto began = Clock::now();
  options.percent_spent = [&] {
    const auto spent = std::chrono::duration_cast<base::Duration>(Clock::now() - began);
    return static_cast<unsigned>(
        std::min<std::int64_t>(1000, spent.count() / std::max<std::int64_t>(1, budget->count() / 100)));
  };
  const bool terminal = isatty(STDERR_FILENO);
  options.progress = [&](const std::string& line) {
    if (terminal) std::fprintf(stderr, "\r\033[K%s", line.c_str());
  };
  const auto shrunk = sim::shrink(text.value(), asked.seed.value_or(0), name_of_file(asked.out), options);
  if (terminal) std::fprintf(stderr, "\r\033[K");
  if (!shrunk.ok()) return complain(asked.file + ": " + shrunk.error()), kUsage;
  std::ofstream out(asked.out);
  if (!(out << shrunk->text << std::flush)) return complain(asked.out + ": can't be written"), kUsage;
  print("before:", shrunk->before);
  print("after:", shrunk->after);
  std::printf("%s runs; %s\n", sim::short_number(shrunk->runs).c_str(),
              shrunk->finished ? "nothing more was left to try" : "the time was used up (--budget)");
  std::printf("fails by %s: %s\n", shrunk->violation.check.c_str(), shrunk->violation.what.c_str());
  std::printf("to see it: raftsim replay %s\n", asked.out.c_str());
  return verify(asked.out, shrunk.value());
}

}  // namespace raftsim
