#include "sim/results.hpp"

#include <gtest/gtest.h>
#include <sstream>

namespace sim {
namespace {

Scenario story() {
  Scenario scenario;
  scenario.file = "s.json";
  scenario.name = "story";
  scenario.text_digest = 0xFEDC;
  scenario.seeds = {1, 2, 3, 4, 5};
  scenario.require = {{"pauses", 10}};
  return scenario;
}

Outcome outcome(std::uint64_t seed) {
  Outcome outcome;
  outcome.seed = seed;
  outcome.digest = seed * 1000;
  outcome.events = 100 + seed;
  outcome.operations = 10;
  outcome.simulated = std::chrono::seconds(2);
  outcome.coverage = {{"pauses", seed}, {"pauses:joint", 1}};
  outcome.states = {1, static_cast<State>(seed % 2 + 10), static_cast<State>(seed + 100)};
  if (seed == 4) outcome.violation = Violation{"linearizable", "two hold it", {"a \"line\"", "another"}};
  return outcome;
}

// The file of a run of these seeds.
std::string file_of(const std::vector<std::uint64_t>& seeds, const Scenario& scenario = story()) {
  std::ostringstream out;
  ResultsFile file(out);
  Results results{scenario, {}, {}, {7, 9}, {}, {}};
  file.scenario(scenario);
  for (const auto seed : seeds) file.seed(scenario.name, outcome(seed), results.add(outcome(seed)));
  file.end(results);
  return out.str();
}

std::vector<Results> read(const std::vector<std::string>& files) {
  std::vector<Results> all;
  for (const auto& file : files) {
    const auto read = read_results(file, "r.jsonl", all);
    EXPECT_TRUE(read.ok()) << read.error();
  }
  for (auto& results : all) results.close();
  return all;
}

std::string error_of(const std::string& text) {
  std::vector<Results> all;
  const auto read = read_results(text, "r.jsonl", all);
  return read.ok() ? "" : read.error();
}

void expect_same(const Results& one, const Results& other) {
  EXPECT_EQ(one.verdict(), other.verdict());
  EXPECT_EQ(one.summary.coverage, other.summary.coverage);
  EXPECT_EQ(one.summary.inconclusive, other.summary.inconclusive);
  EXPECT_EQ(one.summary.seeds, other.summary.seeds);
  EXPECT_EQ(one.summary.failures, other.summary.failures);
  EXPECT_EQ(one.digests, other.digests);
  EXPECT_EQ(one.growth.all(), other.growth.all());
  EXPECT_EQ(one.growth.once(), other.growth.once());
  EXPECT_EQ(one.growth.curve(10), other.growth.curve(10));
}

TEST(Results, OfShardsAreThoseOfTheWhole) {
  const auto whole = read({file_of({1, 2, 3, 4, 5})}).front();
  expect_same(whole, read({file_of({1, 3, 5}), file_of({2, 4})}).front());
  expect_same(whole, read({file_of({2, 4}), file_of({1, 3, 5})}).front());
  expect_same(whole, read({file_of({1, 2, 3}), file_of({2, 3, 4}), file_of({4, 5})}).front());
  EXPECT_EQ(whole.verdict(), Verdict::violation);
  ASSERT_EQ(whole.summary.failed.size(), 1u);
  EXPECT_EQ(whole.summary.failed.front().violation->lines.front(), "a \"line\"");
  EXPECT_EQ(whole.growth.states(), 8u);
}

TEST(Results, AreInconclusiveWhileSeedsAreMissing) {
  const auto some = read({file_of({1, 2, 5})}).front();
  EXPECT_EQ(some.verdict(), Verdict::inconclusive);
  EXPECT_EQ(some.summary.inconclusive,
            (std::vector<std::string>{"pauses happened 8 times, required 10", "2 seeds are missing: 3, 4"}));
}

TEST(Results, AreNotDeterministicWhereASeedCameToTwoDigests) {
  auto other = file_of({3});
  other.replace(other.find("\"digest\":3000"), 13, "\"digest\":3001");
  const auto all = read({file_of({1, 2, 3, 4, 5}), other});
  EXPECT_EQ(all.front().verdict(), Verdict::not_deterministic);
  EXPECT_EQ(all.front().not_deterministic,
            "seed 3 came to the digests 0000000000000bb8 and 0000000000000bb9");
}

TEST(Results, OfARunThatWasStoppedAreInconclusive) {
  auto text = file_of({1, 2, 3, 4, 5});
  text.resize(text.rfind("{\"end\"") + 5);
  const auto all = read({text});
  EXPECT_EQ(all.front().summary.seeds, 5u);
  EXPECT_EQ(all.front().summary.inconclusive.front(), "r.jsonl ends in the middle of the run");
}

// Scenarios are all told of before the first seed.
TEST(Results, OfARunThatWasStoppedNameTheScenariosThatNeverBegan) {
  std::ostringstream out;
  ResultsFile file(out);
  Results results{story(), {}, {}, {}, {}, {}};
  auto later = story();
  later.name = "later";
  file.scenario(results.scenario);
  file.scenario(later);
  for (const std::uint64_t seed : {1u, 2u, 3u, 5u})
    file.seed("story", outcome(seed), results.add(outcome(seed)));
  file.end(results);
  const auto all = read({out.str()});
  ASSERT_EQ(all.size(), 2u);
  EXPECT_FALSE(all[0].cut_short);
  EXPECT_TRUE(all[1].cut_short);
  EXPECT_EQ(all[1].verdict(), Verdict::inconclusive);
  EXPECT_EQ(all[1].summary.inconclusive.front(), "r.jsonl ends before its first seed");
}

TEST(Results, KnowWhatStruckInNoneOfTheSeedsThatPassed) {
  Results results{story(), {}, {}, {}, {}, {}};
  const auto add = [&](std::uint64_t seed, std::vector<std::string> idle) {
    auto one = outcome(seed);
    one.idle = std::move(idle);
    (void)results.add(one);
  };
  add(4, {});  // it failed: nobody knows what was still to come
  EXPECT_FALSE(results.summary.idle);
  add(1, {"timeline[0] (crash)", "timeline[2] (pause)"});
  add(2, {"timeline[2] (pause)", "timeline[3] (wipe)"});
  EXPECT_EQ(results.summary.idle, (std::vector<std::string>{"timeline[2] (pause)"}));
}

TEST(Results, SayWhatIsWrongWithAFile) {
  EXPECT_EQ(error_of(""), "r.jsonl: empty: expected what `raftsim run --report` writes");
  EXPECT_EQ(error_of("{}\n"),
            "r.jsonl:1: no results of raftsim: expected what `raftsim run --report` writes");
  EXPECT_EQ(error_of("{\"raftsim_results\": 2}\n"),
            "r.jsonl:1: results of another version of raftsim: expected format 1");
  EXPECT_EQ(error_of("{\"raftsim_results\": 1}\n{\"of\": \"story\"}\n"),
            "r.jsonl:2: no line before it tells of the scenario 'story'");
  EXPECT_EQ(error_of("{\"raftsim_results\": 1}\noops\n").rfind("r.jsonl:2: no results of raftsim: ", 0), 0u);
  auto scenario = story();
  scenario.text_digest = 1;
  std::vector<Results> all;
  EXPECT_TRUE(read_results(file_of({1}), "a.jsonl", all).ok());
  EXPECT_EQ(read_results(file_of({2}, scenario), "b.jsonl", all).error(),
            "b.jsonl:2: these are results of another text of 'story', or of another way to run it");
}

}  // namespace
}  // namespace sim
