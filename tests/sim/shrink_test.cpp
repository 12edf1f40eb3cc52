#include "sim/shrink.hpp"

#include <filesystem>
#include <gtest/gtest.h>

#include "sim/sweep.hpp"

namespace sim {
namespace {

// Clients whose clocks are far too slow for what is promised: two hold one lock.
const char* const kPlanted = R"({"raftsim": 1, "name": "planted", "seeds": [1],
 "cluster": {"servers": 5, "clients": 6},
 "network": {"latency": {"dist": "lognormal", "p50": "1ms", "p99": "20ms"}, "loss": 0.005, "dup": 0.005},
 "clock": {"drift_ppm": 300000, "client_drift_ppm": -300000},
 "workload": [{"program": "locks", "keys": 2, "ttl": "1s", "hold": {"uniform": ["10ms", "2s"]}}],
 "timeline": [
   {"random": {"rate": "20/m"}, "do": "crash", "select": "one", "for": {"uniform": ["100ms", "2s"]}},
   {"random": {"rate": "20/m"}, "do": "partition", "shape": "isolate", "clients": "random", "select": "leader", "for": "2s"},
   {"random": {"rate": "20/m"}, "do": "pause", "select": "client:any", "for": "3s"},
   {"at": "20s", "do": "heal"}],
 "checks": ["raft_invariants", {"linearizable": "*"}, {"converge_within": "15s"}], "limits": {"sim": "60s"}})";

std::uint64_t failing_seed() {
  const auto scenario = parse_scenario(kPlanted, "planted").value();
  for (std::uint64_t seed = 1; seed < 50; ++seed) {
    const auto outcome = run_seed(scenario, seed);
    if (outcome.violation && outcome.violation->check == "linearizable") return seed;
  }
  ADD_FAILURE() << "no seed fails";
  return 0;
}

// So many looks at the time, which none but the caller knows.
ShrinkOptions with_looks(unsigned looks) {
  ShrinkOptions options;
  options.jobs = 2;
  options.percent_spent = [left = looks, looks]() mutable {
    if (left > 0) --left;
    return (looks - left) * 100 / looks;
  };
  return options;
}

TEST(Shrink, LeavesWhatFails) {
  const auto shrunk = shrink(kPlanted, failing_seed(), "small", with_looks(1500));
  ASSERT_TRUE(shrunk.ok()) << shrunk.error();
  EXPECT_EQ(shrunk->violation.check, "linearizable");
  EXPECT_LT(shrunk->after.steps, shrunk->before.steps);
  EXPECT_LE(shrunk->after.steps, 3u);
  EXPECT_LE(shrunk->after.clients, 3u);
  EXPECT_LE(shrunk->after.servers, 3u);
  EXPECT_LT(shrunk->after.events, shrunk->before.events / 4);
  const auto small = parse_scenario(shrunk->text, "small.json");
  ASSERT_TRUE(small.ok()) << small.error();
  EXPECT_EQ(small->name, "small");
  ASSERT_TRUE(small->schedule);
  EXPECT_FALSE(small->schedule->seed);
  const auto outcome = run_seed(small.value(), 0);
  ASSERT_TRUE(outcome.violation);
  EXPECT_EQ(outcome.violation->check, "linearizable");
}

TEST(Shrink, MakesNothingOfARunThatPasses) {
  auto text = std::string(kPlanted);
  text.replace(text.find("300000"), 6, "0");
  text.replace(text.find("-300000"), 7, "0");
  const auto shrunk = shrink(text, 1, "small", with_looks(100));
  ASSERT_FALSE(shrunk.ok());
  EXPECT_NE(shrunk.error().find("does not fail"), std::string::npos);
}

TEST(Story, TellsWhatChanceDid) {
  auto scenario = parse_scenario(kPlanted, "planted").value();
  scenario.seeds = {2};
  const auto traced = trace_one(scenario);
  ASSERT_FALSE(traced.deeds.empty());
  const auto made = concrete(story_of(kPlanted, 2), scenario, traced.deeds, true);
  const auto told = scenario_of(made);
  ASSERT_TRUE(told.ok()) << told.error();
  EXPECT_EQ(told->timeline.size(), traced.deeds.size()) << "the heal at the end is one of them";
  for (const auto& step : told->timeline) EXPECT_TRUE(std::holds_alternative<At>(step.trigger));
  const auto outcome = run_seed(told.value(), 2);
  EXPECT_EQ(outcome.coverage.at("partitions"), run_seed(scenario, 2).coverage.at("partitions"));
}

TEST(Regressions, PassAsLongAsTheirBugIsMended) {
  int found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(LOCKD_SOURCE_DIR "/scenarios/regressions")) {
    if (entry.path().extension() != ".json") continue;
    const auto scenario = read_scenario(entry.path());
    ASSERT_TRUE(scenario.ok()) << scenario.error();
    EXPECT_TRUE(scenario->schedule) << entry.path();
    const auto outcome = run_seed(scenario.value(), 0);
    EXPECT_FALSE(outcome.violation) << entry.path() << ": " << outcome.violation->what;
    EXPECT_FALSE(outcome.inconclusive) << entry.path();
    ++found;
  }
  EXPECT_GE(found, 3);
}

TEST(Story, MovesClientsUpWithTheirDraws) {
  auto story = story_of(kPlanted, 2);
  story.doc["timeline"].push_back({{"at", "1s"}, {"do", "pause"}, {"select", "client:3"}, {"for", "1s"}});
  story.doc["timeline"].push_back({{"at", "1s"}, {"do", "pause"}, {"select", "client:2"}, {"for", "1s"}});
  story.schedule.draws = {{"client 3", {{1, 1}}}, {"network s1>c2", {{1, 2}}}, {"network c4>s1", {{1, 3}}}};
  const auto made = without_client(story, 2);
  EXPECT_EQ(made.doc["cluster"]["clients"], 5);
  EXPECT_EQ(made.doc["timeline"].size(), 5u);
  EXPECT_EQ(made.doc["timeline"].back()["select"], "client:2");
  const std::map<std::string, Overrides> moved = {{"client 2", {{1, 1}}}, {"network c3>s1", {{1, 3}}}};
  EXPECT_EQ(made.schedule.draws, moved);
}

TEST(Sweep, CountsEveryPlaceAndTriesEach) {
  const auto text = R"({"raftsim": 1, "name": "short", "cluster": {"servers": 3, "clients": 1},
   "network": {"latency": "1ms"}, "workload": [{"program": "locks"}],
   "timeline": [{"at": "1s", "do": "heal"}],
   "checks": ["raft_invariants", {"linearizable": "*"}, {"converge_within": "20s"}], "limits": {"sim": "30s"}})";
  const auto scenario = parse_scenario(text, "short").value();
  const auto counted = trace_one(scenario);
  ASSERT_FALSE(counted.tried.violation);
  const auto crashes = places_of(counted, SweepOf::crashes, 1);
  const auto timers = places_of(counted, SweepOf::timers, 1);
  const auto messages = places_of(counted, SweepOf::messages, 1);
  EXPECT_GT(crashes.size(), 10u);
  EXPECT_GT(timers.size(), 10u);
  EXPECT_GT(messages.size(), 100u);
  SweepOptions options;
  options.what = SweepOf::crashes;
  options.every = 4;
  options.jobs = 2;
  const auto swept = sweep(scenario, counted, options);
  EXPECT_EQ(swept.places, crashes.size());
  EXPECT_EQ(swept.runs, swept.chosen);
  EXPECT_LT(swept.chosen, swept.places / 2);
  EXPECT_TRUE(swept.failures.empty()) << swept.failures.front().violation.what;
}

TEST(Sweep, FlipsOneChance) {
  auto scenario = parse_scenario(kPlanted, "planted").value();
  scenario.seeds = {3};
  const auto before = run_seed(scenario, 3);
  Schedule schedule;
  schedule.seed = 3;
  schedule.flips = {{"disk 1", FaultSite::crash_after, 2}};
  scenario.schedule = schedule;
  const auto after = run_seed(scenario, 3);
  EXPECT_NE(before.digest, after.digest);
}

}  // namespace
}  // namespace sim
