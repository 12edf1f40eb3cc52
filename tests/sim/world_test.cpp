#include "sim/world.hpp"

#include <gtest/gtest.h>

#include "sim/rerun.hpp"

namespace sim {
namespace {

Scenario standing(const std::string& name) {
  return read_scenario(std::string(LOCKD_SOURCE_DIR) + "/scenarios/" + name + ".json").value();
}

TEST(World, RunsTheSameSeedTheSameWay) {
  const auto scenario = standing("leader-crash");
  for (const std::uint64_t seed : {1u, 2u, 3u})
    EXPECT_EQ(rerun(scenario, seed, run_seed(scenario, seed).digest), std::nullopt);
}

TEST(World, TellsThatASeedCameToAnotherDigestBefore) {
  const auto scenario = standing("leader-crash");
  EXPECT_NE(rerun(scenario, 1, run_seed(scenario, 2).digest), std::nullopt);
}

TEST(World, TellsTheFirstEventThatTwoRunsDoNotShare) {
  const auto scenario = standing("leader-crash");
  std::vector<SeenEvent> one;
  RunOptions options;
  options.events = &one;
  options.until = std::chrono::seconds(1);
  (void)run_seed(scenario, 1, options);
  ASSERT_GT(one.size(), 10u);
  EXPECT_EQ(difference(scenario, one, one), std::nullopt);
  auto other = one;
  other[3].kind = EventKind::disk_done;
  other[3].actor = 4;
  const auto told = difference(scenario, one, other).value_or("");
  EXPECT_EQ(told.rfind("the runs part at event 4: first at ", 0), 0u) << told;
  EXPECT_NE(told.find("disk_done of server 5"), std::string::npos) << told;
  other = one;
  other.resize(4);
  EXPECT_NE(difference(scenario, one, other).value_or("").find("then the run is over"), std::string::npos);
}

TEST(World, RunsAnotherSeedAnotherWay) {
  const auto scenario = standing("leader-crash");
  EXPECT_NE(run_seed(scenario, 1).digest, run_seed(scenario, 2).digest);
}

TEST(World, TellsTheFoundingStory) {
  const auto outcome = run_seed(standing("upload-coordination"), 1);
  EXPECT_FALSE(outcome.violation) << outcome.violation->check << ": " << outcome.violation->what;
  EXPECT_GE(outcome.coverage.at("uploads_accepted"), 20u);
}

TEST(World, FindsThatClocksBeyondTheirBoundBreakMutualExclusion) {
  const auto scenario = standing("clocks-out-of-bounds");
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const auto outcome = run_seed(scenario, seed);
    if (!outcome.violation) continue;
    EXPECT_EQ(outcome.violation->check, "linearizable") << outcome.violation->what;
    ++found;
  }
  EXPECT_GT(found, 0);
}

TEST(World, FindsNothingInTheOtherStandingStories) {
  for (const auto* name : {"leader-crash", "split", "isolated-leader", "clock-jump"}) {
    const auto scenario = standing(name);
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      const auto outcome = run_seed(scenario, seed);
      EXPECT_FALSE(outcome.violation)
          << name << " seed " << seed << ": " << outcome.violation->check << ": " << outcome.violation->what;
    }
  }
}

}  // namespace
}  // namespace sim
