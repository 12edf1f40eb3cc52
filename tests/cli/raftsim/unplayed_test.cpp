#include "cli/raftsim/real/unplayed.hpp"

#include <gmock/gmock.h>

namespace real {
namespace {

using testing::Contains;
using testing::Not;

constexpr const char* kScenario = R"({"raftsim": 1, "name": "x",
 "network": {"latency": "1ms", "loss": 0.01, "dup": 0.01, "reorder": 0.01},
 "cluster": {"servers": 3, "clients": 2, "tuning": {"append_entries_max": 7}},
 "clock": {"drift_ppm": {"uniform": [-300, 300]}},
 "workload": [{"program": "locks"}],
 "timeline": [
   {"at": "1s", "do": "clock_jump", "select": "client:1", "by": "2s", "of": "monotonic"},
   {"at": "2s", "do": "clock_jump", "select": "leader", "by": "-2s"},
   {"when": {"event": "status_persisted", "nth": 3}, "do": "pause", "select": "event.client", "for": "1s"},
   {"at": "6s", "do": "crash", "select": "leader"},
   {"at": "9s", "do": "heal"}],
 "checks": ["raft_invariants", {"converge_within": "5s"}],
 "require": {"writes_lost": 1, "pauses": 1},
 "limits": {"sim": "20s"}})";

sim::Scenario scenario() {
  auto read = sim::parse_scenario(kScenario, "x.json");
  EXPECT_TRUE(read.ok()) << (read.ok() ? "" : read.error());
  return std::move(read).value();
}

std::vector<std::string> paths(bool skewed, bool weighs) {
  std::vector<std::string> found;
  for (const auto& one : unplayed(scenario(), skewed)) {
    if (one.weighs == weighs) found.push_back(one.path);
  }
  return found;
}

TEST(Unplayed, NamesWhatMakesItAnotherStory) {
  EXPECT_THAT(paths(false, true), testing::ElementsAre("cluster.tuning.append_entries_max", "clock.drift_ppm",
                                                       "timeline[1]", "timeline[2]"));
}

TEST(Unplayed, LeavesClocksOutWhereTheyCanBeSet) {
  EXPECT_THAT(paths(true, true), testing::ElementsAre("cluster.tuning.append_entries_max", "timeline[2]"));
}

TEST(Unplayed, TellsWhatIsPlayedOtherwise) {
  EXPECT_THAT(paths(true, false),
              testing::ElementsAre("network.loss", "network.dup", "network.reorder", "disk",
                                   "checks.raft_invariants", "require.writes_lost"));
}

TEST(CutShort, HealsEarlierAndLeavesOutWhatComesLater) {
  const auto cut = cut_short(scenario(), std::chrono::seconds(5));
  EXPECT_EQ(cut.timeline_ends(), std::chrono::seconds(5));
  EXPECT_EQ(cut.timeline.size(), 4u);
}

TEST(CutShort, LeavesAStoryAloneThatEndsEarlier) {
  const auto whole = cut_short(scenario(), std::chrono::seconds(9));
  EXPECT_EQ(whole.timeline_ends(), std::chrono::seconds(9));
  EXPECT_EQ(whole.timeline.size(), 5u);
}

}  // namespace
}  // namespace real
