#include "sim/sweep.hpp"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <unistd.h>

#include "cli/raftsim/verbs.hpp"
#include "core/base/duration.hpp"
#include "sim/check/read_text.hpp"
#include "sim/story.hpp"
#include "sim/workers.hpp"

namespace raftsim {

namespace {

using Clock = std::chrono::steady_clock;
// Of one kind of failure so many are told.
constexpr int kTold = 3;

sim::SweepOf what_of(const std::string& name) {
  static const std::map<std::string, sim::SweepOf> known = {{"all", sim::SweepOf::all},
                                                            {"disk", sim::SweepOf::disk},
                                                            {"messages", sim::SweepOf::messages},
                                                            {"timers", sim::SweepOf::timers},
                                                            {"crashes", sim::SweepOf::crashes}};
  return known.at(name);
}

// A scenario that is this one run; its path, or nothing where it can't be written.
std::string write_one(const SweepAsked& asked, const std::string& text, const sim::Scenario& scenario,
                      const sim::Flip& flip, int number) {
  auto story = sim::story_of(text, scenario.seeds.front());
  story.schedule.flips.push_back(flip);
  const auto path = asked.out + "/" + scenario.name + "-" + std::to_string(number) + ".json";
  std::ofstream out(path);
  return out << sim::text_of(story) << std::flush ? path : std::string();
}

int tell_failures(const SweepAsked& asked, const std::string& text, const sim::Scenario& scenario,
                  const sim::Swept& swept) {
  std::map<std::string, int> told;
  int number = 0;
  for (const auto& failure : swept.failures) {
    const auto& flip = failure.flip;
    const auto& violation = failure.violation;
    if (++told[sim::signature(violation)] > kTold) continue;
    std::printf("  %s, %s number %llu, violates %s: %s\n", flip.stream.c_str(), sim::name_of(flip.site),
                static_cast<unsigned long long>(flip.k), violation.check.c_str(), violation.what.c_str());
    if (asked.out.empty()) continue;
    const auto path = write_one(asked, text, scenario, flip, ++number);
    if (path.empty()) return complain(asked.out + ": can't be written"), kViolation;
    std::printf("  to see it: raftsim replay %s\n", path.c_str());
  }
  for (const auto& [kind, times] : told) {
    if (times > kTold) std::printf("  and %d more like it: %s\n", times - kTold, kind.c_str());
  }
  if (asked.out.empty()) std::printf("  -o DIR writes each as a scenario of its own\n");
  return kViolation;
}

}  // namespace

int sweep(const SweepAsked& asked) {
  const auto text = check::read_text(asked.file, "a scenario file");
  if (!text.ok()) return complain(text.error()), kUsage;
  auto scenario = sim::parse_scenario(text.value(), asked.file);
  if (!scenario.ok()) return complain(scenario.error()), kUsage;
  if (scenario->schedule && asked.seed)
    return complain(asked.file + " has a schedule, and no seeds: leave --seed out"), kUsage;
  if (asked.seed) scenario->seeds = {*asked.seed};
  const auto budget = base::parse_duration(asked.budget);
  if (!budget.ok()) return complain("--budget: " + budget.error()), kUsage;
  if (!asked.out.empty()) {
    std::error_code failed;
    std::filesystem::create_directories(asked.out, failed);
    if (!std::filesystem::is_directory(asked.out, failed))
      return complain(asked.out + ": can't be made a folder"), kUsage;
  }
  const auto counted = sim::trace_one(scenario.value());
  if (counted.tried.violation) {
    const auto& violation = *counted.tried.violation;
    std::printf("violation: the run fails by itself: %s: %s\n", violation.check.c_str(),
                violation.what.c_str());
    return kViolation;
  }
  sim::SweepOptions options;
  options.what = what_of(asked.what);
  options.every = asked.every;
  options.jobs = asked.jobs ? asked.jobs : sim::processors();
  const auto began = Clock::now();
  options.go_on = [&] { return Clock::now() - began < budget.value(); };
  const bool terminal = isatty(STDERR_FILENO);
  options.progress = [&](std::size_t done, std::size_t all) {
    if (terminal) std::fprintf(stderr, "\r\033[K%zu of %zu runs", done, all);
  };
  const auto swept = sim::sweep(scenario.value(), counted, options);
  if (terminal) std::fprintf(stderr, "\r\033[K");
  const bool all = swept.runs == swept.chosen;
  const char* verdict = !swept.failures.empty()                               ? "violation"
                        : !all || swept.inconclusive > 0 || swept.places == 0 ? "inconclusive"
                                                                              : "pass";
  std::printf(
      "%-13s %s: %zu of %zu places for a fault, one run each; %zu of them fail, %zu are inconclusive\n",
      verdict, scenario->name.c_str(), swept.runs, swept.places, swept.failures.size(), swept.inconclusive);
  if (!swept.failures.empty()) return tell_failures(asked, text.value(), scenario.value(), swept);
  if (swept.places == 0) return complain("the run has no place for such a fault"), kInconclusive;
  if (!all)
    return complain("the time was used up: give more with --budget, or take fewer with --every"),
           kInconclusive;
  return swept.inconclusive > 0 ? kInconclusive : kPass;
}

}  // namespace raftsim
