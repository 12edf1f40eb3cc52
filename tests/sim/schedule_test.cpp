#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/schedule_fields.hpp"
#include "sim/trials.hpp"

namespace sim {
namespace {

std::string with(const std::string& more) {
  return R"({"raftsim": 1, "name": "x", "workload": [{"program": "locks"}], "checks": [])" + more + "}";
}

std::string error_of(const std::string& text) {
  const auto scenario = parse_scenario(text, "s.json");
  return scenario.ok() ? "none" : scenario.error();
}

Scenario standing(const std::string& name) {
  return read_scenario(std::string(LOCKD_SOURCE_DIR) + "/scenarios/" + name + ".json").value();
}

TEST(Schedule, IsReadAsItIsWritten) {
  Schedule schedule;
  schedule.seed = 9;
  schedule.draws["disk 1"] = {{3, 7}, {4, 0}, {9, ~std::uint64_t{0}}};
  schedule.flips = {{"network s1>s2", FaultSite::loss, 4}};
  const auto text = write_schedule(schedule).dump();
  EXPECT_EQ(text, R"({"seed":9,"draws":{"disk 1":[[3,7,0],[9,"18446744073709551615"]]},)"
                  R"("flips":[["network s1>s2","loss",4]]})");
  const auto scenario = parse_scenario(with(",\n\"schedule\": " + text), "s.json");
  ASSERT_TRUE(scenario.ok()) << scenario.error();
  EXPECT_EQ(scenario->schedule, schedule);
  EXPECT_EQ(scenario->seeds, std::vector<std::uint64_t>{9});
}

TEST(Schedule, StandsInsteadOfSeeds) {
  EXPECT_EQ(error_of(with(",\n\"seeds\": [1], \"schedule\": {\"plain\": true}")),
            "s.json:2:27: schedule: stands instead of 'seeds', not beside it");
}

TEST(Schedule, IsPlainOrOfASeed) {
  const auto either = "s.json:2:13: schedule: expected either 'plain': true or 'seed'";
  EXPECT_EQ(error_of(with(",\n\"schedule\": {}")), either);
  EXPECT_EQ(error_of(with(",\n\"schedule\": {\"plain\": true, \"seed\": 1}")), either);
  EXPECT_EQ(error_of(with(",\n\"schedule\": {\"plain\": false}")),
            "s.json:2:23: schedule.plain: expected true, or leave it out");
}

TEST(Schedule, NamesWhatIsWrongWithDraws) {
  const auto draws = [](const std::string& text) {
    return error_of(with(",\n\"schedule\": {\"plain\": true, \"draws\": {\"faults\": " + text + "}}"));
  };
  EXPECT_EQ(draws("[[3]]"), "s.json:2:50: schedule.draws.faults[0]: expected [number of the draw, value, …]");
  EXPECT_EQ(draws("[[3, 1, 1], [4, 1]]"),
            "s.json:2:61: schedule.draws.faults[1]: draws come in the order of their numbers");
  EXPECT_NE(draws("[[3, \"18446744073709551616\"]]").find("expected at most 2^64 - 1"), std::string::npos);
  EXPECT_NE(draws("[[3, \"many\"]]").find("expected a whole number"), std::string::npos);
}

TEST(Schedule, NamesTheNearestSite) {
  EXPECT_EQ(error_of(with(",\n\"schedule\": {\"plain\": true, \"flips\": [[\"disk 1\", \"sync_eror\", 1]]}")),
            "s.json:2:50: schedule.flips[0][1]: unknown site 'sync_eror', did you mean 'sync_error'?");
  EXPECT_NE(
      error_of(with(",\"schedule\": {\"plain\": true, \"flips\": [[\"disk 1\"]]}")).find("expected [stream"),
      std::string::npos);
}

TEST(Schedule, OfWhatASeedDrewIsTheSameRun) {
  for (const auto* name : {"leader-crash", "member-churn", "kinds-of-locks"}) {
    auto scenario = standing(name);
    scenario.seeds = {3};
    const auto traced = trace_one(scenario);
    EXPECT_EQ(traced.tried.digest, run_seed(scenario, 3).digest) << name << ": looking changes nothing";
    scenario.schedule = traced.written;
    EXPECT_FALSE(scenario.schedule->seed);
    EXPECT_EQ(run_seed(scenario, 0).digest, traced.tried.digest) << name;
  }
}

TEST(Schedule, OfNothingButPlainDrawsRunsToItsEnd) {
  for (const auto* name :
       {"leader-crash", "member-churn", "upload-coordination", "kinds-of-locks", "jobs-once"}) {
    auto scenario = standing(name);
    scenario.schedule = Schedule{};
    const auto outcome = run_seed(scenario, 0);
    EXPECT_FALSE(outcome.violation) << name << ": " << outcome.violation->what;
    EXPECT_FALSE(outcome.inconclusive) << name << ": " << *outcome.inconclusive;
    EXPECT_GT(outcome.operations, 10u) << name;
  }
}

TEST(Schedule, RefusesStreamsAndSitesThatTheScenarioDoesNotHave) {
  const auto schedule = [](const std::string& text) {
    return error_of(with(",\n\"schedule\": {\"plain\": true, " + text + "}"));
  };
  EXPECT_EQ(
      schedule(R"("draws": {"disk 9": [[0, 1]]})"),
      "s.json:2:49: schedule.draws.disk 9: this scenario has no stream 'disk 9', did you mean 'disk 1'?");
  EXPECT_NE(schedule(R"("flips": [["network s1>c9", "loss", 1]])").find("has no stream 'network s1>c9'"),
            std::string::npos);
  EXPECT_NE(schedule(R"("flips": [["disk 1", "loss", 1]])")
                .find("no loss strikes in the stream 'disk 1': there strike crash_before"),
            std::string::npos);
  EXPECT_NE(schedule(R"("flips": [["disk 1", "torn", 1]])").find("no torn strikes"), std::string::npos)
      << "in memory";
  EXPECT_EQ(schedule(R"("flips": [["timer 3", "late_timer", 1]], "draws": {"faults": [[0, 1]]})"), "none");
}

TEST(Schedule, TellsWhatOfItNeverStruck) {
  const auto scenario = parse_scenario(
      with(R"(, "timeline": [{"at": "100ms", "do": "crash", "select": "holder:nothing", "for": "1s"},
        {"at": "200ms", "do": "pause", "select": "server:1", "for": "100ms"}, {"at": "500ms", "do": "heal"}],
        "schedule": {"plain": true, "draws": {"faults": [[0, 1]], "client 1": [[1000000, 1]]},
        "flips": [["network s1>s2", "loss", 1], ["network s1>s2", "loss", 1000000]]})"),
      "s.json");
  ASSERT_TRUE(scenario.ok()) << scenario.error();
  const auto outcome = run_seed(scenario.value(), 0);
  EXPECT_FALSE(outcome.violation);
  ASSERT_EQ(outcome.idle.size(), 3u);
  EXPECT_EQ(outcome.idle[0], "timeline[0] (crash)");
  EXPECT_EQ(outcome.idle[1].rfind("schedule.draws.client 1 (", 0), 0u) << outcome.idle[1];
  EXPECT_EQ(outcome.idle[2].rfind("schedule.flips[1] (there were ", 0), 0u) << outcome.idle[2];
}

}  // namespace
}  // namespace sim
