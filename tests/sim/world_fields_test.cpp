#include "sim/world_fields.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace sim {
namespace {

std::string with(const std::string& more) {
  return R"({"raftsim": 1, "name": "x", "workload": [{"program": "locks"}], "checks": [],
)" + more +
         "}";
}

base::Result<Scenario> parse(const std::string& more) {
  return parse_scenario(with(more), "s.json");
}

std::string error_of(const std::string& more) {
  const auto scenario = parse(more);
  return scenario.ok() ? "none" : scenario.error();
}

const std::string kZones =
    R"("cluster": {"servers": 3, "clients": 2, "zones": {"a": [1, "client:2"], "b": [2, 3]}}, )";

TEST(WorldFields, ReadsZonesAsPlaces) {
  const auto scenario =
      parse(kZones + R"("network": {"links": [{"from": "zone:a", "to": "any", "loss": 0.5}]})");
  ASSERT_TRUE(scenario.ok()) << scenario.error();
  ASSERT_EQ(scenario->links.size(), 1u);
  EXPECT_EQ(scenario->links[0].from, (std::vector<Place>{0, 4}));
  EXPECT_EQ(scenario->links[0].to.size(), 5u);
  EXPECT_FALSE(scenario->links[0].latency_ns);
}

TEST(WorldFields, NamesTheNearestZone) {
  EXPECT_EQ(error_of(kZones + R"("network": {"links": [{"from": "zone:bb", "to": "any"}]})"),
            "s.json:2:119: network.links[0].from: unknown zone 'bb', did you mean 'b'?");
  EXPECT_NE(error_of(R"("network": {"links": [{"from": "zone:a", "to": "any"}]})").find("there are no zones"),
            std::string::npos);
}

TEST(WorldFields, RefusesAPlaceThatIsNone) {
  EXPECT_NE(error_of(R"("network": {"links": [{"from": "sever:1", "to": "any"}]})")
                .find("did you mean 'server:N'?"),
            std::string::npos);
  EXPECT_NE(error_of(R"("network": {"links": [{"from": "server:4", "to": "any"}]})")
                .find("expected server:1 to server:3, not 'server:4'"),
            std::string::npos);
}

TEST(WorldFields, TurnsClockJumpsIntoStepsOfTheTimeline) {
  const auto scenario =
      parse(R"("clock": {"jumps": [{"rate": "2/m", "by": {"uniform": ["-1s", "1s"]}, "who": "clients"}]})");
  ASSERT_TRUE(scenario.ok()) << scenario.error();
  ASSERT_EQ(scenario->timeline.size(), 1u);
  EXPECT_EQ(scenario->timeline[0].select.selector, Selector::client);
  EXPECT_EQ(std::get<ClockJump>(scenario->timeline[0].action).by_ns.least(), -1'000'000'000);
  EXPECT_NE(
      error_of(R"("clock": {"jumps": {"rate": "2/m", "by": "-1s", "of": "monotonic"}})").find("only forward"),
      std::string::npos);
}

TEST(WorldFields, GivesAMachineAClockOfItsOwn) {
  const auto scenario =
      parse(R"("clock": {"nodes": {"server:2": {"drift_ppm": 70}, "client:1": {"offset": "1h"}}})");
  ASSERT_TRUE(scenario.ok()) << scenario.error();
  EXPECT_EQ(scenario->own_clocks.at(1).drift_ppm->least(), 70);
  EXPECT_FALSE(scenario->own_clocks.at(1).offset_ns);
  EXPECT_TRUE(scenario->own_clocks.at(3).offset_ns);
}

TEST(TimelineFields, RefusesAPeerOfWhatIsNoMessage) {
  EXPECT_NE(error_of(R"("timeline": [{"when": {"event": "joint"}, "do": "crash", "select": "event.peer"}])")
                .find("expected a 'when' of a message, such as vote_granted: nothing else is for anybody"),
            std::string::npos);
  EXPECT_NE(error_of(R"("timeline": [{"at": "1s", "do": "crash", "select": "event.peer"}])").find("a message"),
            std::string::npos);
  EXPECT_TRUE(
      parse(R"("timeline": [{"when": {"event": "piece_sent"}, "do": "crash", "select": "event.peer"}])").ok());
}

TEST(TimelineFields, SaysThatThereIsOnlyOneVersionToUpgradeFrom) {
  EXPECT_NE(error_of(R"("timeline": [{"at": "1s", "do": "upgrade"}])").find("there is only one, 1"),
            std::string::npos);
}

TEST(TimelineFields, AFaultThatIsNeverHealedHasNoEnd) {
  EXPECT_NE(
      error_of(R"("timeline": [{"at": "1s", "do": "crash", "select": "one", "heal": "never", "for": "1s"}])")
          .find("lasts for ever"),
      std::string::npos);
  const auto scenario =
      parse(R"("timeline": [{"at": "1s", "do": "pause", "select": "one", "heal": "never"}])");
  ASSERT_TRUE(scenario.ok()) << scenario.error();
  EXPECT_TRUE(scenario->timeline[0].forever);
}

TEST(TimelineFields, ARingNeedsNoSelectorAndASwizzleATime) {
  EXPECT_EQ(error_of(R"("timeline": [{"at": "1s", "do": "partition", "shape": "ring", "for": "1s"}])"),
            "none");
  EXPECT_NE(error_of(R"("timeline": [{"at": "1s", "do": "partition", "shape": "swizzle", "select": "one"}])")
                .find("'for' is missing"),
            std::string::npos);
  EXPECT_NE(error_of(R"("timeline": [{"at": "1s", "do": "partition", "shape": "split", "for": "1s"}])")
                .find("'select' is missing"),
            std::string::npos);
}

std::string workload_error(const std::string& workload) {
  const auto scenario = parse_scenario(
      R"({"raftsim": 1, "name": "x", "checks": [], "workload": [)" + workload + "]}", "s.json");
  return scenario.ok() ? "none" : scenario.error();
}

TEST(WorkloadFields, MixesOnlyWhatTheProgramDoes) {
  EXPECT_EQ(workload_error(R"({"program": "status", "mix": {"read": 1, "write": 2}})"), "none");
  EXPECT_NE(workload_error(R"({"program": "status", "mix": {"reed": 1}})").find("did you mean 'read'?"),
            std::string::npos);
  EXPECT_NE(workload_error(R"({"program": "upload", "mix": {"read": 1}})").find("nothing to mix"),
            std::string::npos);
  EXPECT_NE(workload_error(R"({"program": "locks", "mix": {"try": 0}})").find("above 0"), std::string::npos);
}

TEST(WorkloadFields, TakesEitherAPauseOrARate) {
  EXPECT_EQ(workload_error(R"({"program": "locks", "rate": "10/s"})"), "none");
  EXPECT_NE(workload_error(R"({"program": "locks", "rate": "10/s", "pause": "1ms"})").find("either"),
            std::string::npos);
}

std::string step_error(const std::string& step) {
  return error_of(R"("timeline": [)" + step + "]");
}

TEST(TimelineFields, RefusesWhatAnEventNeverTells) {
  EXPECT_NE(step_error(R"({"at": "1s", "do": "crash", "select": "event.node"})")
                .find("timeline[0].select: only a step with 'when' has an event"),
            std::string::npos);
  const auto when = [](const std::string& event, const std::string& where, const std::string& select) {
    return step_error(R"({"when": {"event": ")" + event + R"(", "where": {)" + where +
                      R"(}}, "do": "pause", "for": "1s", "select": ")" + select + "\"}");
  };
  EXPECT_NE(when("leader_elected", R"("lock": "lock/1")", "leader")
                .find("where.lock: the event 'leader_elected' tells no lock"),
            std::string::npos);
  EXPECT_NE(when("leader_elected", "", "event.client").find("the event 'leader_elected' tells no client"),
            std::string::npos);
  EXPECT_NE(when("hold_ended", R"("reason": "broke")", "leader").find("did you mean 'broken'?"),
            std::string::npos);
  EXPECT_NE(when("lock_granted", R"("client": 9)", "leader").find("expected 1 to 3, not '9'"),
            std::string::npos);
  EXPECT_EQ(when("hold_ended", R"("reason": "broken", "client": 3, "server": "2")", "event.client"), "none");
}

}  // namespace
}  // namespace sim
