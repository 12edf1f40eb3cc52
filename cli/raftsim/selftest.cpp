#include <cstdio>
#include <string>

#include "cli/raftsim/verbs.hpp"
#include "sim/rerun.hpp"
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

}  // namespace

int selftest() {
  const auto sound = sim::parse_scenario(story("{}"), "selftest");
  const auto planted =
      sim::parse_scenario(story(R"({"drift_ppm": 300000, "client_drift_ppm": -300000})"), "selftest");
  if (!sound.ok() || !planted.ok()) return complain(sound.ok() ? planted.error() : sound.error()), kInternal;
  std::uint64_t found = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    if (const auto different = sim::rerun(sound.value(), seed)) {
      return complain("seed " + std::to_string(seed) + " is not deterministic: " + *different),
             kNotDeterministic;
    }
    const auto outcome = sim::run_seed(sound.value(), seed);
    if (outcome.violation)
      return complain("a false alarm: " + outcome.violation->check + ": " + outcome.violation->what),
             kViolation;
    const auto bad = sim::run_seed(planted.value(), seed);
    found += bad.violation && bad.violation->check == "linearizable" ? 1 : 0;
  }
  std::printf("%d seeds twice: the same digests, no violation\n", static_cast<int>(kSeeds));
  std::printf("a planted failure (clocks far beyond their bound) found in %d of %d seeds\n",
              static_cast<int>(found), static_cast<int>(kSeeds));
  return found > 0 ? kPass : kViolation;
}

}  // namespace raftsim
