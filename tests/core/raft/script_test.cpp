// Every script of tests/core/raft/scripts, and what the runner says to scripts that are wrong.
#include "tests/core/raft/script.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

namespace raft_test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::vector<std::string> all_scripts() {
  std::vector<std::string> names;
  const std::filesystem::path folder = LOCKD_SOURCE_DIR "/tests/core/raft/scripts";
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() == ".txt") names.push_back(file.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class Script : public testing::TestWithParam<std::string> {};

TEST_P(Script, Holds) {
  std::ifstream lines(LOCKD_SOURCE_DIR "/tests/core/raft/scripts/" + GetParam() + ".txt");
  ASSERT_TRUE(lines.is_open());
  try {
    run_script("scripts/" + GetParam() + ".txt", lines);
  } catch (const ScriptFailed& failure) {
    FAIL() << failure.what();
  }
}

INSTANTIATE_TEST_SUITE_P(Raft, Script, testing::ValuesIn(all_scripts()),
                         [](const auto& script) { return script.param; });

std::string failure_of(const std::string& text) {
  std::istringstream lines(text);
  try {
    run_script("it", lines);
  } catch (const ScriptFailed& failure) {
    return failure.what();
  }
  return "";
}

TEST(ScriptRunner, SaysWhereALineMakesNoSense) {
  EXPECT_THAT(failure_of("servers 3\n\nfly 1\n"), StartsWith("it:3: `fly 1`: there is no such command"));
  EXPECT_THAT(failure_of("servers 3\ntick 4\n"), HasSubstr("there is no server 4"));
  EXPECT_THAT(failure_of("servers 3\ntick\n"), HasSubstr("lacks a server"));
  EXPECT_THAT(failure_of("servers 3\ntick 1 2\n"), HasSubstr("has no place for `2`"));
  EXPECT_THAT(failure_of("servers 3\ntick 1 now=2\n"), HasSubstr("has no place for `now=`"));
  EXPECT_THAT(failure_of("servers x\n"), HasSubstr("`x` is no number"));
  EXPECT_THAT(failure_of("tick 1\n"), HasSubstr("there are no servers yet"));
  EXPECT_THAT(failure_of("server 2 log 1\ntick 2\n"), HasSubstr("without gaps"));
  EXPECT_THAT(failure_of("servers 3\ntick 1\nserver 4\n"), HasSubstr("comes too late"));
  EXPECT_THAT(failure_of("servers 3\npropose 1\n"), HasSubstr("doesn't lead"));
  EXPECT_THAT(failure_of("servers 3\ncut 1-2\n"), HasSubstr("is no link"));
  EXPECT_THAT(failure_of("servers 3\ndeliver 1->2 Append\n"), HasSubstr("there are 0 in flight"));
  EXPECT_THAT(failure_of("servers 3\ncomplete 1\n"), HasSubstr("was given 0 writes"));
}

TEST(ScriptRunner, ShowsWhatIsSoWhereAnExpectationFails) {
  const auto failure = failure_of("servers 3\nstand 1 # its timer\nexpect 1 role=leader\n");
  EXPECT_THAT(failure, StartsWith("it:3: `expect 1 role=leader`: 1 has role=precandidate\n"));
  EXPECT_THAT(failure, HasSubstr("2: role=follower term=0 vote=none"));
  EXPECT_THAT(failure, HasSubstr("1->3 PreVote term=1 last=0/0"));
}

TEST(ScriptRunner, TakesNoExpectationThatCannotFail) {
  EXPECT_THAT(failure_of("servers 3\nelect 1\n"), HasSubstr("expects nothing"));
  EXPECT_THAT(failure_of("servers 3\nexpect 1\n"), HasSubstr("expects nothing"));
  EXPECT_THAT(failure_of("servers 3\nexpect 1 colour=red\n"), HasSubstr("1 has no `colour`"));
  EXPECT_THAT(failure_of("servers 3\nexpect no message 1->2 Apend\n"),
              HasSubstr("no kind of message like that"));
}

TEST(ScriptRunner, HasTheJudgeLookAtEveryStep) {
  // Two servers that begin with logs that never could have come about.
  EXPECT_THAT(failure_of("server 1 log 1 2\nserver 2 log 2 2\nserver 3\ntick 1\ntick 2\n"),
              HasSubstr("log_matching"));
}

}  // namespace
}  // namespace raft_test
