#include "sim/workers.hpp"

#include <gtest/gtest.h>
#include <map>

#include "sim/children.hpp"

namespace sim {
namespace {

// A clock that stands still can't be made: in some seeds one is drawn.
Scenario with_clocks_that_may_stand() {
  auto scenario = parse_scenario(R"({"raftsim": 1, "name": "x", "cluster": {"servers": 1, "clients": 1},
    "workload": [{"program": "locks", "keys": 1}], "checks": [], "timeline": [{"at": "1s", "do": "heal"}],
    "limits": {"sim": "2s"}})",
                                 "s.json")
                      .value();
  scenario.drift_ppm = Distribution::uniform(-1'500'000, 0);
  return scenario;
}

TEST(Workers, TellWhatEndsASeedAndGoOnWithTheOthers) {
  std::map<std::uint64_t, Outcome> outcomes;
  run_seeds(with_clocks_that_may_stand(), {1, 2, 3, 4, 5, 6, 7, 8}, 2,
            [&](const Outcome& outcome) { outcomes[outcome.seed] = outcome; });
  ASSERT_EQ(outcomes.size(), 8u);
  int failed = 0;
  for (const auto& [seed, outcome] : outcomes) {
    if (!outcome.violation) continue;
    ++failed;
    EXPECT_EQ(outcome.violation->check, "core_check");
    EXPECT_NE(outcome.violation->what.find("rate_ > 0"), std::string::npos) << outcome.violation->what;
  }
  EXPECT_GT(failed, 0);
  EXPECT_LT(failed, 8);
}

TEST(Children, ThatThrowDieAloneAndSayHow) {
  const auto answers = each_in_a_process(3, 2, [](std::size_t number) {
    if (number == 1) throw std::runtime_error("of no interest");
    return std::to_string(number);
  });
  EXPECT_EQ(answers[0].text, "0");
  EXPECT_EQ(answers[1].died, "signal 6");
  EXPECT_EQ(answers[2].text, "2");
  EXPECT_FALSE(answers[2].died);
}

}  // namespace
}  // namespace sim
