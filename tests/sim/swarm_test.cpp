#include "sim/swarm.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

#include "sim/world.hpp"

namespace sim {
namespace {

Scenario standing(const std::string& name) {
  return read_scenario(std::string(LOCKD_SOURCE_DIR) + "/scenarios/" + name + ".json").value();
}

std::size_t heals(const Scenario& scenario) {
  return static_cast<std::size_t>(
      std::count_if(scenario.timeline.begin(), scenario.timeline.end(),
                    [](const Step& s) { return std::holds_alternative<Heal>(s.action); }));
}

TEST(Swarm, LeavesAScenarioAloneThatIsNotMarked) {
  const auto scenario = standing("leader-crash");
  const auto same = swarmed(scenario, 7);
  EXPECT_EQ(same.timeline.size(), scenario.timeline.size());
  EXPECT_EQ(same.network.loss.greatest(), scenario.network.loss.greatest());
  EXPECT_EQ(same.tuning.election_max, scenario.tuning.election_max);
  EXPECT_EQ(same.require, scenario.require);
}

TEST(Swarm, SwitchesAnotherPartOfTheFaultsOffForEachSeed) {
  auto scenario = standing("leader-crash");
  scenario.swarm = true;
  std::set<std::size_t> sizes;
  std::set<std::int64_t> losses;
  std::set<base::Duration> elections;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const auto one = swarmed(scenario, seed);
    sizes.insert(one.timeline.size());
    losses.insert(one.network.loss.greatest());
    elections.insert(one.tuning.election_min);
    EXPECT_EQ(heals(one), heals(scenario));
    EXPECT_EQ(one.timeline_ends(), scenario.timeline_ends());
    EXPECT_TRUE(one.require.empty());
    EXPECT_LT(one.tuning.heartbeat, one.tuning.election_min);
    EXPECT_LT(one.tuning.election_min, one.tuning.election_max);
    EXPECT_EQ(one.tuning.clock_drift_ppm, scenario.tuning.clock_drift_ppm);
  }
  EXPECT_GE(sizes.size(), 5u);
  EXPECT_EQ(losses, (std::set<std::int64_t>{0, scenario.network.loss.greatest()}));
  EXPECT_EQ(elections.size(), 3u);
}

TEST(Swarm, IsTheSameForTheSameSeed) {
  auto scenario = standing("member-churn");
  scenario.swarm = true;
  const auto one = run_seed(scenario, 5);
  EXPECT_EQ(one.digest, run_seed(scenario, 5).digest);
  EXPECT_NE(one.digest, run_seed(standing("member-churn"), 5).digest);
  EXPECT_FALSE(one.violation) << one.violation->what;
}

TEST(Swarm, OfTheTuningLeavesTheFaults) {
  const std::string text = R"({"raftsim": 1, "name": "x", "cluster": {"tuning": "swarm"},
    "network": {"loss": 0.01}, "workload": [{"program": "locks"}], "checks": [],
    "timeline": [{"every": "1s", "do": "crash", "select": "one", "for": "1s"}], "require": {"server_crashes": 1}})";
  const auto scenario = parse_scenario(text, "x.json");
  ASSERT_TRUE(scenario.ok()) << scenario.error();
  EXPECT_TRUE(scenario.value().swarm_tuning);
  std::set<std::uint64_t> entries;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const auto one = swarmed(scenario.value(), seed);
    EXPECT_EQ(one.timeline.size(), 1u);
    EXPECT_EQ(one.network.loss.greatest(), 10'000);
    EXPECT_EQ(one.require, scenario.value().require);
    entries.insert(one.snapshots.entries);
  }
  EXPECT_EQ(entries.size(), 4u);
}

}  // namespace
}  // namespace sim
