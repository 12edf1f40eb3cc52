#include "cli/raftsim/render.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/raftsim/tables.hpp"
#include "tests/cli/raftsim/tags.hpp"

namespace raftsim {
namespace {

using testing::HasSubstr;

sim::Outcome outcome(std::uint64_t seed) {
  sim::Outcome outcome;
  outcome.seed = seed;
  outcome.digest = seed;
  outcome.events = 1000;
  outcome.operations = 20;
  outcome.simulated = std::chrono::seconds(10);
  outcome.coverage = {{"pauses", 3}, {"pauses:operations", 2}, {"ops_done", 20}};
  outcome.states = {sim::pack(sim::Part::leader, 0, 0), static_cast<sim::State>(seed) << 16};
  return outcome;
}

// One that passes and one with everything that can go wrong.
std::vector<sim::Results> all() {
  std::vector<sim::Results> all(2);
  all[0].scenario.name = "calm";
  all[0].scenario.file = "scenarios/calm.json";
  all[0].scenario.seeds = {1, 2};
  all[1].scenario.name = "a|b <c>";
  all[1].scenario.file = "scenarios/50%,a:b.json";
  all[1].scenario.seeds = {1, 2};
  all[1].scenario.require = {{"wipes", 1}};
  for (auto& results : all) {
    for (const std::uint64_t seed : {1u, 2u}) {
      auto one = outcome(seed);
      if (&results == &all[1] && seed == 2)
        one.violation =
            sim::Violation{"linearizable", "x < y & \"z\" ]]> \x01\xFF", {"  [``` acquire]", "\x1B[0m"}};
      results.add(one);
    }
    results.load = {2'500'000'000, 1'000'000'000};
    results.close();
  }
  return all;
}

TEST(Junit, IsXmlWhateverViolationsSay) {
  const auto text = junit(all());
  EXPECT_EQ(wrong_tags(text), "") << text;
  EXPECT_EQ(text.find('\x01'), text.npos);
  EXPECT_EQ(text.find('\xFF'), text.npos);
  EXPECT_THAT(text, HasSubstr("x &lt; y &amp; &quot;z&quot; ]]&gt; \xEF\xBF\xBD\xEF\xBF\xBD"));
  EXPECT_THAT(text, HasSubstr("<testsuites name=\"raftsim\" tests=\"3\" failures=\"1\" errors=\"1\">"));
}

TEST(Junit, HasACaseForAllSeedsAndOneForEachThatFailed) {
  auto calm = all();
  calm.pop_back();
  EXPECT_EQ(junit(calm), R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="raftsim" tests="1" failures="0" errors="0">
  <testsuite name="calm" tests="1" failures="0" errors="0" skipped="0" time="2.500">
    <properties>
      <property name="seeds" value="2"/>
      <property name="failed_seeds" value="0"/>
      <property name="states" value="3"/>
    </properties>
    <testcase classname="raftsim.calm" name="all seeds" file="scenarios/calm.json" time="2.500"/>
    <system-out>pass: 2 of 2 seeds passed</system-out>
  </testsuite>
</testsuites>
)");
  EXPECT_THAT(junit(all()), HasSubstr("name=\"seed 2\""));
  EXPECT_THAT(junit(all()),
              HasSubstr("<error type=\"inconclusive\" message=\"wipes happened 0 times, required 1\">"));
}

TEST(Github, EscapesWhatPartsPropertiesAndLines) {
  const auto text = github_annotations(all());
  EXPECT_THAT(
      text,
      HasSubstr("::error file=scenarios/50%25%2Ca%3Ab.json,title=a|b <c> seed 2 violates linearizable::"));
  EXPECT_THAT(text, HasSubstr("%0Araftsim replay scenarios/50%25,a:b.json --seed 2\n"));
  EXPECT_THAT(text, HasSubstr("title=a|b <c> is inconclusive::wipes happened 0 times, required 1\n"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
}

TEST(Markdown, TellsTheVerdictTheFailuresAndTheFaults) {
  const auto text = markdown(all());
  EXPECT_EQ(text.rfind("## raftsim: violation\n", 0), 0u) << text;
  EXPECT_THAT(text, HasSubstr("| calm | pass | 2 of 2 seeds passed | 3 | 1.0 | 40 | 2.5 |"));
  EXPECT_THAT(text, HasSubstr("| a\\|b \\<c> | violation | 1 of 2 seeds passed |"));
  EXPECT_THAT(text, HasSubstr("````text\n"));
  EXPECT_THAT(text, HasSubstr("| pauses | 12 | 8 | · | · | · | · | · |"));
}

TEST(Page, IsWholeAndNeedsNothingElse) {
  const auto text = html_page(all());
  const auto style = text.find("<style>");
  const auto end = text.find("</style>");
  ASSERT_NE(end, text.npos);
  EXPECT_EQ(wrong_tags(text.substr(0, style) + text.substr(end + 8), {"meta"}), "");
  for (const auto* foreign : {"http://", "https://", "<script", "<link", "<img", "@import", "url("})
    EXPECT_EQ(text.find(foreign), text.npos) << foreign;
  EXPECT_THAT(text, HasSubstr("raftsim replay scenarios/50%,a:b.json --seed 2"));
  EXPECT_THAT(text, HasSubstr("<polyline points=\"0,90 120,30 240,0\"/>"));
  EXPECT_THAT(text, HasSubstr("prefers-color-scheme: dark"));
}

TEST(Tables, AreAlignedInText) {
  const auto text = text_of(fault_by_meeting(all()));
  EXPECT_EQ(text,
            "Faults, and what they met\n"
            "fault   struck  operations  election  joint  snapshot  transfer  fault\n"
            "pauses      12           8         .      .         .         .      .\n");
}

TEST(Tables, TellWhichScenarioFiresWhichFault) {
  const auto table = fault_by_scenario(all());
  EXPECT_EQ(table.columns, (std::vector<std::string>{"scenario", "pauses"}));
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[1].cells, (std::vector<std::uint64_t>{6}));
}

}  // namespace
}  // namespace raftsim
