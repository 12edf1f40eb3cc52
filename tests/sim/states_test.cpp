#include "sim/states.hpp"

#include <algorithm>
#include <gtest/gtest.h>

#include "sim/overlaps.hpp"
#include "sim/world.hpp"

namespace sim {
namespace {

Scenario standing(const std::string& name) {
  return read_scenario(std::string(LOCKD_SOURCE_DIR) + "/scenarios/" + name + ".json").value();
}

bool any(const std::vector<State>& states, Part part, std::uint32_t phases, std::uint32_t touches) {
  return std::any_of(states.begin(), states.end(), [&](State state) {
    return part_of(state) == part && (phases_of(state) & phases) == phases &&
           (touches_of(state) & touches) == touches;
  });
}

TEST(States, HaveNames) {
  EXPECT_EQ(name_of(pack(Part::follower, 0, 0)), "follower");
  EXPECT_EQ(name_of(pack(Part::leader, phase::unproven | phase::joint, touch::cut_off)),
            "leader: unproven, joint; cut_off");
  EXPECT_EQ(name_of(pack(Part::down, 0, touch::others_down | touch::overload)),
            "down; others_down, overload");
}

TEST(States, ArePackedWithoutLoss) {
  const auto state = pack(Part::learner, phase::recovering | phase::behind, touch::overload | touch::paused);
  EXPECT_EQ(part_of(state), Part::learner);
  EXPECT_EQ(phases_of(state), phase::recovering | phase::behind);
  EXPECT_EQ(touches_of(state), touch::overload | touch::paused);
}

TEST(States, OfARunAreTheSameWhenItIsRunAgain) {
  const auto scenario = standing("member-churn");
  const auto one = run_seed(scenario, 3);
  const auto other = run_seed(scenario, 3);
  EXPECT_EQ(one.states, other.states);
  EXPECT_EQ(one.coverage, other.coverage);
  EXPECT_TRUE(std::is_sorted(one.states.begin(), one.states.end()));
}

TEST(States, TellWhatAServerIsInTheMidstOf) {
  const auto churn = run_seed(standing("member-churn"), 1).states;
  EXPECT_TRUE(any(churn, Part::leader, phase::joint, 0));
  EXPECT_TRUE(any(churn, Part::leader, phase::unproven, 0));
  EXPECT_TRUE(any(churn, Part::learner, phase::behind, 0));
  EXPECT_TRUE(any(churn, Part::down, 0, 0));
  EXPECT_TRUE(any(churn, Part::follower, phase::recovering, 0));
  EXPECT_TRUE(any(churn, Part::leader, 0, touch::others_down));
  EXPECT_TRUE(any(churn, Part::follower, 0, touch::clock_within));
}

TEST(States, TellWhichFaultsTouchAServer) {
  const auto isolated = run_seed(standing("isolated-leader"), 1).states;
  EXPECT_TRUE(any(isolated, Part::leader, 0, touch::cut_off));
  EXPECT_TRUE(any(isolated, Part::leader, 0, touch::cut_off_partly));
  EXPECT_TRUE(
      any(run_seed(standing("lease-reads-out-of-bounds"), 1).states, Part::leader, 0, touch::clock_beyond));
}

TEST(Overlaps, CountWhatAFaultMet) {
  Overlaps overlaps;
  Coverage coverage;
  overlaps.look(coverage, meeting::election);
  count(coverage, "pauses", 2);
  count(coverage, "ops_done", 5);
  overlaps.look(coverage, meeting::election | meeting::joint);
  overlaps.look(coverage, meeting::fault);
  count(coverage, "pauses");
  overlaps.look(coverage, meeting::joint);
  overlaps.tell(coverage);
  EXPECT_EQ(coverage,
            (Coverage{{"pauses", 3}, {"ops_done", 5}, {"pauses:election", 2}, {"pauses:joint", 3}}));
}

TEST(Overlaps, AreNoMoreThanTheFaultsThemselves) {
  const auto coverage = run_seed(standing("leader-crash"), 2).coverage;
  EXPECT_GT(coverage.at("server_crashes:operations"), 0u);
  EXPECT_GT(coverage.at("server_crashes:fault"), 0u);
  for (const auto& fault : fault_counters()) {
    for (const auto& met : meetings()) {
      const auto at = coverage.find(overlap_name(fault, met));
      if (at == coverage.end()) continue;
      EXPECT_LE(at->second, coverage.at(fault)) << at->first;
    }
  }
}

TEST(Overlaps, AreOfEachFaultOnce) {
  for (const auto& fault : fault_counters()) {
    EXPECT_EQ(std::count(fault_counters().begin(), fault_counters().end(), fault), 1) << fault;
    EXPECT_FALSE(is_overlap(fault)) << fault;
  }
  EXPECT_EQ(overlap_counters().size(), fault_counters().size() * meetings().size());
}

}  // namespace
}  // namespace sim
