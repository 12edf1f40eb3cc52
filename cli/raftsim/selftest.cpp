#include <cstdio>
#include <string>

#include "cli/raftsim/verbs.hpp"
#include "sim/report.hpp"
#include "sim/rerun.hpp"
#include "sim/shrink.hpp"
#include "sim/world.hpp"

namespace raftsim {

namespace {

constexpr std::uint64_t kSeeds = 10;

// With clocks of clients too slow for the bound a lease must outlive the servers' patience.
std::string story(const char* clock) {
  return std::string(R"({"raftsim": 1, "name": "selftest", "cluster": {"servers": 3, "clients": 5},
 "network": {"latency": {"dist": "lognormal", "p50": "1ms", "p99": "20ms"},
  "loss": 0.005, "dup": 0.005, "reorder": 0.01},
 "clock": )") +
         clock + R"(,
 "workload": [{"program": "locks", "keys": 2, "ttl": "1s", "hold": {"uniform": ["10ms", "2s"]}}],
 "timeline": [
   {"random": {"rate": "20/m"}, "do": "crash", "select": "one",
    "for": {"uniform": ["100ms", "2s"]}},
   {"random": {"rate": "20/m"}, "do": "partition", "shape": "isolate", "clients": "random", "select": "leader",
    "for": "2s"},
   {"random": {"rate": "20/m"}, "do": "pause", "select": "client:any", "for": "3s"},
   {"at": "20s", "do": "heal"}],
 "checks": ["raft_invariants", {"linearizable": "*"}, {"converge_within": "15s"}], "limits": {"sim": "60s"}})";
}

// The planted failure of that seed, made smaller by so many looks at whether to go on.
int shrink_planted(const std::string& text, std::uint64_t seed) {
  constexpr unsigned kLooks = 2000;
  sim::ShrinkOptions options;
  options.percent_spent = [looks = 0u]() mutable { return looks++ * 100 / kLooks; };
  const auto shrunk = sim::shrink(text, seed, "selftest-small", options);
  if (!shrunk.ok()) return complain("shrink: " + shrunk.error()), kInternal;
  const auto small = sim::parse_scenario(shrunk->text, "selftest-small");
  if (!small.ok()) return complain("shrink: " + small.error()), kInternal;
  const auto outcome = sim::run_seed(small.value(), 0);
  if (!outcome.violation || outcome.violation->check != "linearizable")
    return complain("shrink: what it leaves does not fail"), kViolation;
  if (const auto different = sim::rerun(small.value(), 0, outcome.digest))
    return complain("shrink: what it leaves is not deterministic: " + *different), kNotDeterministic;
  std::printf("seed %llu shrunk: %zu steps to %zu, %zu clients to %zu, %s events to %s\n",
              static_cast<unsigned long long>(seed), shrunk->before.steps, shrunk->after.steps,
              shrunk->before.clients, shrunk->after.clients, sim::short_number(shrunk->before.events).c_str(),
              sim::short_number(shrunk->after.events).c_str());
  return kPass;
}

}  // namespace

int selftest() {
  const auto sound = sim::parse_scenario(story("{}"), "selftest");
  const auto planted_text = story(R"({"drift_ppm": 300000, "client_drift_ppm": -300000})");
  const auto planted = sim::parse_scenario(planted_text, "selftest");
  if (!sound.ok() || !planted.ok()) return complain(sound.ok() ? planted.error() : sound.error()), kInternal;
  std::uint64_t found = 0;
  std::uint64_t found_first = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const auto outcome = sim::run_seed(sound.value(), seed);
    if (const auto different = sim::rerun(sound.value(), seed, outcome.digest)) {
      return complain("seed " + std::to_string(seed) + " is not deterministic: " + *different),
             kNotDeterministic;
    }
    if (outcome.violation)
      return complain("a false alarm: " + outcome.violation->check + ": " + outcome.violation->what),
             kViolation;
    const auto bad = sim::run_seed(planted.value(), seed);
    if (!bad.violation || bad.violation->check != "linearizable") continue;
    if (found++ == 0) found_first = seed;
  }
  std::printf("%d seeds twice: the same digests, no violation\n", static_cast<int>(kSeeds));
  std::printf("a planted failure (clocks far beyond their bound) found in %d of %d seeds\n",
              static_cast<int>(found), static_cast<int>(kSeeds));
  return found > 0 ? shrink_planted(planted_text, found_first) : kViolation;
}

}  // namespace raftsim
