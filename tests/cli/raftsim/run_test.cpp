#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "cli/raftsim/seeds.hpp"
#include "cli/raftsim/verbs.hpp"
#include "sim/check/read_text.hpp"

namespace raftsim {
namespace {

using testing::HasSubstr;

constexpr const char* kStory = R"({"raftsim": 1, "name": "small", "seeds": {"first": 1, "count": 6},
 "cluster": {"servers": 3, "clients": 2}, "network": {"loss": 0.01},
 "workload": [{"program": "locks", "keys": 1, "ttl": "1s"}],
 "timeline": [{"random": {"rate": "60/m"}, "do": "crash", "select": "one", "for": "300ms"},
   {"random": {"rate": "60/m"}, "do": "pause", "select": "one", "for": "300ms"}, {"at": "4s", "do": "heal"}],
 "checks": ["raft_invariants", {"linearizable": "*"}], "limits": {"sim": "8s"}, "require": {"server_crashes": 10}})";

class Runs : public testing::Test {
 protected:
  Runs() {
    folder_ = std::filesystem::temp_directory_path() / ("raftsim-run-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
    std::ofstream(at("s.json")) << kStory;
  }
  ~Runs() override { std::filesystem::remove_all(folder_); }

  std::string at(const std::string& name) const { return (folder_ / name).string(); }
  std::string text(const std::string& name) const { return ::check::read_text(at(name), "a file").value(); }
  RunAsked asked(const std::string& report) const {
    RunAsked asked;
    asked.files = {at("s.json")};
    asked.jobs = 2;
    asked.outlets.report = at(report);
    return asked;
  }
  // Without what differs from run to run: how long it took.
  static std::string timeless(std::string markdown) {
    std::string kept;
    for (std::size_t end; (end = markdown.find('\n')) != std::string::npos; markdown.erase(0, end + 1)) {
      auto line = markdown.substr(0, end);
      if (line.rfind("| small", 0) == 0) line.resize(line.rfind('|', line.size() - 2));
      kept += line + "\n";
    }
    return kept;
  }

  std::filesystem::path folder_;
};

TEST(Seeds, AreARangeOrOne) {
  EXPECT_EQ(parse_seeds("3..5"), (std::vector<std::uint64_t>{3, 4, 5}));
  EXPECT_EQ(parse_seeds("7"), (std::vector<std::uint64_t>{7}));
  for (const auto* wrong :
       {"18446744073709551615", "9007199254740993", "", "5..3", "a", "1..", "..2", "1...2", "-1"})
    EXPECT_FALSE(parse_seeds(wrong)) << wrong;
}

TEST(Shards, ShareTheSeedsAmongThemselves) {
  const auto seeds = *parse_seeds("1..10");
  EXPECT_EQ(of_shard(seeds, *parse_shard("2/3")), (std::vector<std::uint64_t>{2, 5, 8}));
  std::vector<std::uint64_t> all;
  for (const auto* shard : {"1/3", "2/3", "3/3"}) {
    for (const auto seed : of_shard(seeds, *parse_shard(shard))) all.push_back(seed);
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, seeds);
  for (const auto* wrong : {"", "0/3", "4/3", "1", "1/0", "a/b", "1/2/3"})
    EXPECT_FALSE(parse_shard(wrong)) << wrong;
}

TEST_F(Runs, InShardsMergeToWhatTheWholeRunSays) {
  EXPECT_EQ(run(asked("whole")), kPass);
  for (const auto* shard : {"1/3", "2/3", "3/3"}) {
    auto part = asked(std::string("part-") + shard[0]);
    part.shard = shard;
    EXPECT_EQ(run(part), kPass);
  }
  ReportAsked merge{{at("part-3"), at("part-1"), at("part-2")}, {}};
  merge.outlets.report = at("merged");
  EXPECT_EQ(report(merge), kPass);
  EXPECT_EQ(timeless(text("merged/summary.md")), timeless(text("whole/summary.md")));
  EXPECT_THAT(text("merged/index.html"), HasSubstr("6 of 6 seeds passed"));

  merge.runs = {at("part-1"), at("part-3")};
  EXPECT_EQ(report(merge), kInconclusive);
  EXPECT_THAT(text("merged/summary.md"), HasSubstr("2 seeds are missing: 2, 5"));
  merge.runs = {at("merged"), at("part-2/results.jsonl")};
  EXPECT_EQ(report(merge), kPass);
}

TEST_F(Runs, ThatMeetTooLittleAreInconclusive) {
  auto one = asked("one");
  one.seeds = "1";
  EXPECT_EQ(run(one), kInconclusive);
  EXPECT_THAT(text("one/summary.md"), HasSubstr("small is inconclusive: server\\_crashes happened"));
}

TEST_F(Runs, ForATimeGoOnFromSeedToSeed) {
  auto hunt = asked("hunt");
  hunt.budget = "1500ms";
  hunt.shard = "2/2";
  EXPECT_EQ(run(hunt), kPass);
  std::istringstream lines(text("hunt/results.jsonl"));
  std::uint64_t next = 2;
  for (std::string line; std::getline(lines, line);) {
    const auto json = nlohmann::json::parse(line);
    if (json.contains("scenario")) {
      EXPECT_EQ(json.at("swarm"), true);
    }
    if (!json.contains("of")) continue;
    EXPECT_EQ(json.at("seed"), next);
    next += 2;
  }
  EXPECT_GT(next, 2u);
  EXPECT_EQ(report({{at("hunt")}, {}}), kPass);
  EXPECT_EQ(report({{at("hunt"), at("hunt")}, {}}), kPass);
}

TEST_F(Runs, AreDrawnAsATrace) {
  auto drawn = asked("drawn");
  drawn.outlets = {};
  drawn.seeds = "1..6";
  drawn.trace = at("trace.json");
  EXPECT_EQ(run(drawn), kPass);
  const auto events = nlohmann::json::parse(text("trace.json")).at("traceEvents");
  std::map<std::pair<int, int>, int> depth;
  std::map<std::string, int> phases;
  double last = 0;
  for (const auto& event : events) {
    const std::string phase = event.at("ph");
    ++phases[phase];
    EXPECT_GE(event.at("ts").get<double>(), phase == "M" ? 0 : last);
    last = event.at("ts");
    auto& open = depth[{event.at("pid"), event.at("tid")}];
    open += phase == "B" ? 1 : phase == "E" ? -1 : 0;
    EXPECT_TRUE(open == 0 || open == 1);
  }
  for (const auto& [row, open] : depth) EXPECT_EQ(open, 0);
  EXPECT_GT(phases["b"], 0);
  EXPECT_EQ(phases["b"], phases["e"]);
  EXPECT_GT(phases["C"], 0);
}

TEST_F(Runs, RefuseWhatTheyCanNotDo) {
  auto wrong = asked("x");
  wrong.shard = "3/2";
  EXPECT_EQ(run(wrong), kUsage);
  wrong = asked("x");
  wrong.budget = "soon";
  EXPECT_EQ(run(wrong), kUsage);
  wrong = asked("x");
  wrong.files.push_back(wrong.files.front());
  EXPECT_EQ(run(wrong), kUsage);
  wrong = asked("s.json");
  EXPECT_EQ(run(wrong), kUsage);
  EXPECT_EQ(report({{at("nowhere")}, {}}), kUsage);
  EXPECT_EQ(report({{at("s.json")}, {}}), kUsage);
}

TEST_F(Runs, ThatAreStoppedSayHowMuchOfThemEnded) {
  auto both = asked("two");
  std::string second = kStory;
  second.replace(second.find("small"), 5, "other");
  std::ofstream(at("t.json")) << second;
  both.files.push_back(at("t.json"));
  EXPECT_EQ(run(both), kPass);
  const auto whole = text("two/results.jsonl");
  const auto end = whole.find('\n', whole.find("{\"end\":\"small\"")) + 1;
  std::ofstream(at("killed.jsonl")) << whole.substr(0, end);
  Outlets outlets;
  outlets.report = at("page");
  EXPECT_EQ(report({{at("killed.jsonl")}, outlets}), kInconclusive);
  EXPECT_THAT(text("page/summary.md"), HasSubstr("the run was stopped: 1 of 2 scenarios ended"));
  EXPECT_THAT(text("page/index.html"), HasSubstr("the run was stopped: 1 of 2 scenarios ended"));
  EXPECT_THAT(text("page/summary.md"), HasSubstr("other is inconclusive: 6 seeds are missing"));
}

}  // namespace
}  // namespace raftsim
