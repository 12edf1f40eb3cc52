#include "sim/scenario.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

namespace sim {
namespace {

std::string with(const std::string& more) {
  return R"({"raftsim": 1, "name": "x", "workload": [{"program": "locks"}], "checks": [])" + more + "}";
}

std::string error_of(const std::string& text) {
  const auto scenario = parse_scenario(text, "s.json");
  return scenario.ok() ? "none" : scenario.error();
}

TEST(Scenario, NamesTheNearestSelector) {
  EXPECT_EQ(error_of(with(",\n \"timeline\": [{\"at\": \"1s\", \"do\": \"crash\", \"select\": \"leeder\"}]")),
            "s.json:2:53: timeline[0].select: unknown selector 'leeder', did you mean 'leader'?");
}

TEST(Scenario, PointsAtAnUnknownKey) {
  EXPECT_EQ(error_of(with(",\n\"network\": {\"los\": 0.1}")),
            "s.json:2:13: network.los: unknown key, did you mean 'loss'?");
}

TEST(Scenario, RefusesAWrongType) {
  EXPECT_EQ(error_of(with(",\n\"cluster\": {\"servers\": \"five\"}")),
            "s.json:2:24: cluster.servers: expected a whole number from 1 to 9, not a string");
}

TEST(Scenario, RefusesAKeyThatStandsTwice) {
  EXPECT_EQ(error_of(with(",\n\"name\": \"y\"")), "s.json:1:16: name: this key stands here twice");
}

TEST(Scenario, RefusesAProbabilityBeyondMillionths) {
  EXPECT_NE(error_of(with(",\"network\": {\"loss\": 0.0000001}")).find("at most six decimals"),
            std::string::npos);
}

std::string error_of_workload(const std::string& load) {
  return error_of(R"({"raftsim": 1, "name": "x", "cluster": {"clients": 3}, "checks": [],)"
                  "\n\"workload\": [" +
                  load + "]}");
}

TEST(Scenario, RefusesWhatAProgramDoesNotDo) {
  EXPECT_EQ(error_of_workload(R"({"program": "locks", "lease": "1s"})"),
            "s.json:2:44: workload[0].lease: the program 'locks' has no detached holds");
  EXPECT_EQ(error_of_workload(R"({"program": "detached", "max_hold": "50ms"})"),
            "s.json:2:50: workload[0].max_hold: expected 100ms to 8760h");
  EXPECT_EQ(error_of_workload(R"({"program": "locks", "max_hold": "1s"})"),
            "s.json:2:47: workload[0].max_hold: the program 'locks' takes no maximum");
  EXPECT_EQ(error_of_workload(R"({"program": "upload", "session": "round"})"),
            "s.json:2:47: workload[0].session: the program 'upload' does not work in rounds");
  EXPECT_EQ(error_of_workload(R"({"program": "detached", "mix": {"lapse": 0}})"),
            "s.json:2:45: workload[0].mix: expected one weight above 0 at least");
}

TEST(Scenario, RefusesARunUnderItself) {
  EXPECT_EQ(error_of_workload(R"({"program": "reenter", "under": 1})"),
            "s.json:2:46: workload[0].under: no client runs under itself");
  EXPECT_EQ(error_of_workload(R"({"clients": [2], "program": "reenter", "under": 4})"),
            "s.json:2:62: workload[0].under: expected a whole number from 1 to 3, not 4");
  EXPECT_EQ(error_of_workload(R"({"clients": [2], "program": "reenter", "under": 1, "session": "client"})"),
            "s.json:2:76: workload[0].session: who runs under another has a session a round");
  EXPECT_EQ(error_of_workload(R"({"clients": [2, 3], "program": "reenter", "under": 1})"), "none");
  EXPECT_NE(error_of_workload(R"({"clients": [2, 3], "program": "multi", "under": 1})").find("several names"),
            std::string::npos);
  EXPECT_NE(
      error_of_workload(R"({"clients": [2, 3], "program": "locks", "under": 1})").find("gives up waiting"),
      std::string::npos);
}

TEST(Scenario, ReadsARateAsPartsPerMillion) {
  const auto scenario = parse_scenario(with(",\"network\": {\"loss\": 0.002}"), "s.json");
  ASSERT_TRUE(scenario.ok()) << scenario.error();
  EXPECT_EQ(scenario->network.loss.least(), 2000);
}

TEST(Scenario, SaysWhereTheJsonBreaks) {
  EXPECT_EQ(error_of("{\"raftsim\": 1,\n  oops}").rfind("s.json:2:3: not JSON", 0), 0u)
      << error_of("{\"raftsim\": 1,\n  oops}");
}

TEST(Scenario, SchemaIsTheFileBesideTheScenarios) {
  std::ifstream file(LOCKD_SOURCE_DIR "/scenarios/scenario.jsonschema");
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), scenario_schema());
}

TEST(Scenario, EveryStandingOneIsRead) {
  int read = 0;
  for (const auto& entry : std::filesystem::directory_iterator(LOCKD_SOURCE_DIR "/scenarios")) {
    const auto path = entry.path().string();
    if (entry.path().extension() != ".json" || path.find(".schema.") != std::string::npos) continue;
    const auto scenario = read_scenario(path);
    EXPECT_TRUE(scenario.ok()) << scenario.error();
    ++read;
  }
  EXPECT_GE(read, 6);
}

TEST(Scenario, RefusesAStepBehindTheEndOfItsTimeline) {
  const auto steps = [](const std::string& step) {
    return error_of(with(",\n\"timeline\": [" + step + ", {\"at\": \"60s\", \"do\": \"heal\"}]"));
  };
  EXPECT_EQ(
      steps(R"({"at": "70s", "do": "crash", "select": "one"})"),
      "s.json:2:21: timeline[0].at: comes behind the end of the timeline, 1m: this never happens; 'heal' "
      "with a time, or 'limits.sim', says when that is");
  EXPECT_NE(steps(R"({"every": "61s", "do": "crash", "select": "one"})").find("longer than until the end"),
            std::string::npos);
  EXPECT_EQ(steps(R"({"at": {"uniform": ["50s", "70s"]}, "do": "crash", "select": "one"})"), "none");
}

TEST(Scenario, RefusesTwoProgramsThatWouldUploadUnderTheSameNames) {
  EXPECT_EQ(error_of(R"({"raftsim": 1, "name": "x", "checks": [],
"workload": [{"program": "upload"}, {"program": "upload_once"}]})"),
            "s.json:2:13: workload: 'upload' and 'upload_once' share the names of their objects: take one of "
            "them");
}

TEST(Scenario, SaysHowACheckIsWritten) {
  const auto check = [](const std::string& text) {
    return error_of(R"({"raftsim": 1, "name": "x", "workload": [{"program": "locks"}], "checks": [)" + text +
                    "]}");
  };
  EXPECT_NE(
      check(R"("converge_within")").find(R"('converge_within' takes a value: {"converge_within": "15s"})"),
      std::string::npos);
  EXPECT_NE(check(R"({"each_once": true})").find(R"(takes no value: write "each_once" alone)"),
            std::string::npos);
  EXPECT_NE(check(R"("linearisable")").find("did you mean 'linearizable'?"), std::string::npos);
}

}  // namespace
}  // namespace sim
