#include <algorithm>
#include <gtest/gtest.h>
#include <sstream>

#include "sim/world.hpp"

namespace sim {
namespace {

std::string with_step(const std::string& step) {
  return R"({"raftsim": 1, "name": "x", "cluster": {"servers": 3, "clients": 2},
"workload": [{"program": "locks"}], "checks": ["raft_invariants"], "limits": {"sim": "10s"},
"timeline": [)" +
         step + R"(, {"at": "4s", "do": "heal"}]})";
}

std::string error_of(const std::string& step) {
  const auto scenario = parse_scenario(with_step(step), "s.json");
  return scenario.ok() ? "none" : scenario.error();
}

Outcome run_until(const std::string& step, Time until) {
  RunOptions options;
  options.until = until;
  options.state = true;
  return run_seed(parse_scenario(with_step(step), "s.json").value(), 1, options);
}

TEST(Describing, ShowsServersDisksClientsAndFaults) {
  const auto state =
      run_until(R"({"at": "2s", "do": "crash", "select": ["server:2", "client:1"], "for": "1s"},
    {"at": "2s", "do": "partition", "shape": "links", "links": [["server:1", "server:3"]], "for": "1s"})",
                std::chrono::milliseconds(2500))
          .state;
  EXPECT_EQ(state.rfind("at 2.", 0), 0u) << state;
  EXPECT_NE(state.find("\nservers\n"), std::string::npos) << state;
  EXPECT_NE(state.find("\n  2  2   down\n"), std::string::npos) << state;
  EXPECT_NE(state.find("\ndisks, and clocks\n"), std::string::npos) << state;
  EXPECT_NE(state.find("is down"), std::string::npos) << state;
  EXPECT_NE(state.find("in force\n  crash server 2, client 1\n  cut links of server 1\n"), std::string::npos)
      << state;
  std::istringstream lines(state);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
}

TEST(Describing, IsNotDoneUnasked) {
  EXPECT_TRUE(run_seed(parse_scenario(with_step(R"({"at": "1s", "do": "heal"})"), "s.json").value(), 1)
                  .state.empty());
}

TEST(NamedPlaces, MustBeThere) {
  EXPECT_NE(error_of(R"({"at": "1s", "do": "crash", "select": ["server:4"], "for": "1s"})")
                .find("expected server:1 to server:3, not 'server:4'"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"at": "1s", "do": "crash", "select": ["leader"], "for": "1s"})")
                .find("expected the name of one server or client"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"at": "1s", "do": "crash", "select": [], "for": "1s"})").find("at least one name"),
            std::string::npos);
}

TEST(Links, StandOnlyWithTheirShape) {
  EXPECT_NE(error_of(R"({"at": "1s", "do": "partition", "shape": "links"})").find("'links' is missing"),
            std::string::npos);
  EXPECT_NE(
      error_of(R"({"at": "1s", "do": "partition", "shape": "isolate", "select": "leader", "links": []})")
          .find("timeline[0].links: unknown key"),
      std::string::npos);
  EXPECT_NE(error_of(R"({"at": "1s", "do": "partition", "shape": "links", "links": [["server:1"]]})")
                .find("expected [from, to]"),
            std::string::npos);
}

}  // namespace
}  // namespace sim
