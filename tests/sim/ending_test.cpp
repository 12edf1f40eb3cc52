// How runs end: what is asked of whom, and for how long.
#include <gtest/gtest.h>

#include "sim/world.hpp"

namespace sim {
namespace {

Scenario story(const std::string& rest) {
  auto scenario = parse_scenario(
      R"({"raftsim": 1, "name": "x", "workload": [{"program": "locks", "keys": 1, "ttl": "1s", "hold": "100ms"}],
          )" +
          rest + "}",
      "s.json");
  EXPECT_TRUE(scenario.ok()) << scenario.error();
  return std::move(scenario).value();
}

// One of three is gone for ever, another is in repair when everything heals.
Scenario late(const std::string& within) {
  return story(R"("cluster": {"servers": 3, "clients": 2, "store": "sqlite"}, "timeline": [
    {"at": "1s", "do": "partition", "shape": "isolate", "select": "server:3", "heal": "never"},
    {"at": "2800ms", "do": "disk", "how": "fail_syncs", "select": "server:2", "for": "5s"},
    {"at": "3s", "do": "heal"}], "limits": {"sim": "10s"}, "checks": [{"converge_within": ")" +
               within + R"("}])");
}

TEST(Ending, GivesClientsThatAreDemandedLateAllOfTheirTime) {
  for (const std::uint64_t seed : {12u, 17u, 19u}) {
    const auto outcome = run_seed(late("3s"), seed);
    EXPECT_FALSE(outcome.violation) << "seed " << seed << ": " << outcome.violation->what;
    EXPECT_FALSE(outcome.coverage.contains("liveness_not_demanded"));
    EXPECT_GT(outcome.simulated, std::chrono::seconds(6));
  }
}

TEST(Ending, GivesThemNoMoreThanThat) {
  const auto outcome = run_seed(late("200ms"), 12);
  ASSERT_TRUE(outcome.violation || outcome.coverage.contains("liveness_not_demanded"));
  EXPECT_LT(outcome.simulated, std::chrono::seconds(5));
}

// A server has a rotten disk that nobody knows of yet, and another one is ordered away.
Scenario unreadable(const std::string& disk) {
  return story(R"("cluster": {"servers": 3, "clients": 1}, )" + disk + R"("timeline": [
    {"at": "1s", "do": "disk", "how": "rot", "select": "server:1"},
    {"at": "2s", "do": "reconfigure", "change": "remove", "least": 2, "select": "server:3"},
    {"at": "5s", "do": "crash", "select": "server:1", "for": "300ms"}, {"at": "8s", "do": "heal"}],
    "limits": {"sim": "20s"}, "checks": [{"converge_within": "10s"}])");
}

TEST(Ending, PassesASafeStopOnlyWhereRotMayGoBeyondTheBudget) {
  const auto beyond = run_seed(unreadable(R"("disk": {"budget": "none"}, )"), 1);
  EXPECT_EQ(beyond.coverage.at("safe_stops"), 1u);
  EXPECT_FALSE(beyond.violation || beyond.inconclusive);
  const auto within = run_seed(unreadable(""), 1);
  EXPECT_EQ(within.coverage.at("safe_stops"), 1u);
  ASSERT_TRUE(within.inconclusive);
  EXPECT_NE(within.inconclusive->find("no majority can be read any more"), std::string::npos);
}

// Clocks err far beyond their bound until a majority of the disks rots.
TEST(Ending, JudgesWhatClientsSawBeforeAForcedRecovery) {
  const auto scenario = story(R"("cluster": {"servers": 3, "clients": 3}, "disk": {"budget": "none"},
    "clock": {"drift_ppm": 300000, "client_drift_ppm": -300000}, "timeline": [
    {"random": {"rate": "60/m"}, "do": "partition", "shape": "isolate", "select": "client:any", "for": "3s"},
    {"random": {"rate": "40/m"}, "do": "pause", "select": "client:any", "for": "3s"},
    {"at": "20s", "do": "disk", "how": "rot", "select": ["server:1", "server:2"]},
    {"at": "20500ms", "do": "crash", "select": "all", "for": "100ms"}, {"at": "22s", "do": "recover"},
    {"at": "25s", "do": "heal"}], "limits": {"sim": "40s"}, "checks": [{"linearizable": "*"}])");
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const auto outcome = run_seed(scenario, seed);
    EXPECT_EQ(outcome.coverage.at("recoveries"), 1u);
    if (outcome.violation && outcome.violation->check == "linearizable") ++found;
  }
  EXPECT_GT(found, 0);
}

}  // namespace
}  // namespace sim
