#include <algorithm>
#include <csignal>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "lockctl_world.hpp"

namespace {

using namespace std::chrono_literals;
using world::ctl;
using world::eventually;

std::string acquired(const std::string& name) {
  const auto end = ctl({"acquire", name});
  EXPECT_EQ(end.code, 0) << end.err;
  return end.out.substr(0, end.out.find('\n'));
}

TEST(LockctlAcquire, PrintsTheTokenAndNothingElse) {
  const auto end = ctl({"acquire", world::fresh_name()});
  EXPECT_EQ(end.code, 0);
  EXPECT_EQ(end.err, "");
  ASSERT_GE(end.out.size(), 2u);
  EXPECT_EQ(end.out.back(), '\n');
  EXPECT_TRUE(std::all_of(end.out.begin(), end.out.end() - 1, [](char c) { return c >= '0' && c <= '9'; }))
      << end.out;
}

TEST(LockctlAcquire, GivesHigherTokensLater) {
  const auto name = world::fresh_name();
  const auto first = acquired(name);
  ASSERT_EQ(ctl({"release", name, "--token", first}).code, 0);
  EXPECT_GT(std::stoull(acquired(name)), std::stoull(first));
}

TEST(LockctlAcquire, Exits124WhenItIsNotFreeInTime) {
  const auto name = world::fresh_name();
  acquired(name);
  EXPECT_EQ(ctl({"acquire", "-n", name}).code, 124);
  EXPECT_EQ(ctl({"acquire", "-w", "100ms", name}).code, 124);
  EXPECT_EQ(ctl({"acquire", "-n", "-E", "3", name}).code, 3);
}

TEST(LockctlAcquire, DoesNotWaitForNoTime) {
  const auto name = world::fresh_name();
  ASSERT_EQ(ctl({"acquire", "-w", "0", name}).code, 0);
  EXPECT_EQ(ctl({"acquire", "-w", "0", name}).code, 124);
}

TEST(LockctlList, SaysThatItsAnswerDidNotGetThrough) {
  acquired(world::fresh_name());
  auto words = world::ctl_words({"ls"});
  const auto end =
      world::Running({"sh", "-c", "exec \"$@\" >/dev/full", "sh", words[0], words[1], words[2], "ls"}, {},
                     world::folder())
          .wait();
  EXPECT_EQ(end.code, 125);
  EXPECT_NE(end.err.find("cannot write to standard output"), std::string::npos) << end.err;
}

// Every operation of a run is in it, and no line is cut off.
TEST(LockctlBench, KeepsTheHistoryOfAMixedWorkload) {
  const auto file = world::folder() + "/history";
  const auto end = ctl({"bench", "--workload", "mixed", "--clients", "4", "--names", "2", "--secs", "500ms",
                        "--warmup", "0s", "--history", file, "--output", "json"});
  ASSERT_EQ(end.code, 0) << end.err;
  std::map<std::string, std::uint64_t> operations;
  std::istringstream lines(world::read_file(file));
  for (std::string line; std::getline(lines, line);) {
    const auto read = nlohmann::json::parse(line);
    if (!read.at("end").is_null()) ++operations[read.at("op")];
  }
  const auto pairs = nlohmann::json::parse(end.out).at("n").get<std::uint64_t>();
  ASSERT_GT(pairs, 0u);
  EXPECT_GE(operations["acquire"], pairs);
  EXPECT_GE(operations["release"], pairs);
  EXPECT_GE(operations["status_set"], pairs);
}

TEST(LockctlAcquire, EndsWithItsTtlUnlessRenewed) {
  const auto name = world::fresh_name();
  ASSERT_EQ(ctl({"acquire", "-t", "300ms", name}).code, 0);
  EXPECT_EQ(ctl({"acquire", "-w", "20s", name}).code, 0);
}

TEST(LockctlAcquire, KeepsTheLockForAsLongAsAProcessLives) {
  const auto name = world::fresh_name();
  world::Running shell({"sleep", "300"}, {}, world::folder());
  const auto end = ctl({"acquire", "-t", "500ms", "--while-pid", std::to_string(shell.pid()), name});
  ASSERT_EQ(end.code, 0) << end.err;
  // Three leases long somebody else fails to get it.
  EXPECT_EQ(ctl({"acquire", "-w", "1500ms", name}).code, 124);
  shell.signal(SIGKILL);
  shell.wait();
  EXPECT_EQ(ctl({"acquire", "-w", "20s", name}).code, 0);
}

TEST(LockctlAcquire, RefusesToKeepForAProcessThatIsNotThere) {
  const auto end = ctl({"acquire", "--while-pid", "999999999", world::fresh_name()});
  EXPECT_EQ(end.code, 2);
  EXPECT_EQ(end.out, "");
}

TEST(LockctlRelease, SaysWhenItWasReleasedAlreadyAndTouchesNobodyElse) {
  const auto name = world::fresh_name();
  const auto first = acquired(name);
  EXPECT_EQ(ctl({"release", name, "--token", first}).code, 0);
  const auto second = acquired(name);
  const auto late = ctl({"release", name, "--token", first});
  EXPECT_EQ(late.code, 1);
  EXPECT_NE(late.err.find("already released"), std::string::npos);
  EXPECT_EQ(ctl({"check", name}, {{"LOCKD_TOKEN", second}}).code, 0);
}

TEST(LockctlRenew, ExtendsAHoldAndRefusesOneThatIsGone) {
  const auto name = world::fresh_name();
  const auto token = acquired(name);
  EXPECT_EQ(ctl({"renew", name, "--token", token, "-t", "1h"}).code, 0);
  const auto status = nlohmann::json::parse(ctl({"status", name, "--output", "json"}).out);
  EXPECT_GT(status["holder"]["left_ms"].get<std::int64_t>(), 3'500'000);
  ctl({"release", name, "--token", token});
  EXPECT_EQ(ctl({"renew", name, "--token", token}).code, 1);
  EXPECT_EQ(ctl({"check", name, "--token", token}).code, 1);
}

TEST(LockctlHold, WantsAToken) {
  for (const char* verb : {"release", "renew", "check"}) {
    const auto end = ctl({verb, "x"});
    EXPECT_EQ(end.code, 2) << verb;
    EXPECT_NE(end.err.find("LOCKD_TOKEN"), std::string::npos) << end.err;
  }
}

TEST(LockctlStatus, Exits1ForANameThatNobodyUses) {
  EXPECT_EQ(ctl({"status", world::fresh_name()}).code, 1);
}

TEST(LockctlStatus, ShowsTheRecordAsJson) {
  const auto name = world::fresh_name();
  ASSERT_EQ(ctl({"status", name, "--set", "done", "--code", "3", "--value", "a\nb"}).code, 0);
  const auto shown = nlohmann::json::parse(ctl({"status", name, "--output", "json"}).out);
  EXPECT_EQ(shown["name"], name);
  EXPECT_EQ(shown["holder"], nullptr);
  EXPECT_EQ(shown["record"]["state"], "done");
  EXPECT_EQ(shown["record"]["code"], 3);
  EXPECT_EQ(shown["record"]["value"], "a\nb");
  EXPECT_GT(shown["record"]["left_ms"].get<std::int64_t>(), 80'000'000);
}

TEST(LockctlStatus, ReadsItsValueFromAFile) {
  const auto name = world::fresh_name(), file = world::folder() + "/value";
  std::ofstream(file) << "from a file";
  ASSERT_EQ(ctl({"status", name, "--set", "done", "--value", "@" + file}).code, 0);
  EXPECT_NE(ctl({"status", name}).out.find("from a file"), std::string::npos);
  EXPECT_EQ(ctl({"status", name, "--set", "done", "--value", "@" + file + ".absent"}).code, 2);
}

TEST(LockctlStatus, ComparesAndSets) {
  const auto name = world::fresh_name();
  const auto first = ctl({"status", name, "--set", "running", "--if-index", "0"});
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(ctl({"status", name, "--set", "running", "--if-index", "0"}).code, 1);
  const auto index = first.out.substr(0, first.out.find('\n'));
  EXPECT_EQ(ctl({"status", name, "--set", "done", "--if-index", index}).code, 0);
  EXPECT_EQ(ctl({"status", name, "--clear", "--if-index", index}).code, 1);
  EXPECT_EQ(ctl({"status", name, "--clear"}).code, 0);
  EXPECT_EQ(ctl({"status", name, "--clear"}).code, 1);
}

TEST(LockctlStatus, RefusesAWriteUnderATokenThatHasEnded) {
  const auto name = world::fresh_name();
  const auto token = acquired(name);
  EXPECT_EQ(ctl({"status", name, "--set", "running", "--token", token}).code, 0);
  ctl({"release", name, "--token", token});
  EXPECT_EQ(ctl({"status", name, "--set", "done", "--token", token}).code, 1);
  EXPECT_EQ(ctl({"status", name, "--set", "done"}, {{"LOCKD_LOCK", name}, {"LOCKD_TOKEN", token}}).code, 1);
}

TEST(LockctlStatus, WaitsForAnotherProcessToWriteTheOutcome) {
  const auto name = world::fresh_name();
  world::Running waiting(world::ctl_words({"status", name, "--wait"}), {}, world::folder());
  ASSERT_EQ(ctl({"status", name, "--set", "running"}).code, 0);
  EXPECT_EQ(ctl({"status", name, "--wait", "-w", "100ms"}).code, 124);
  ASSERT_EQ(ctl({"status", name, "--set", "done"}).code, 0);
  const auto end = waiting.wait();
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_NE(end.out.find("done"), std::string::npos);
}

TEST(LockctlStatus, WaitExits1WhenTheOutcomeIsNotDone) {
  const auto name = world::fresh_name();
  ASSERT_EQ(ctl({"status", name, "--set", "failed", "--code", "2"}).code, 0);
  EXPECT_EQ(ctl({"status", name, "--wait"}).code, 1);
}

TEST(LockctlLs, ListsByPrefixAndWithinANamespace) {
  const auto space = world::fresh_name();
  acquired(space + "/one");
  ASSERT_EQ(ctl({"status", space + "/two", "--set", "done"}).code, 0);
  const auto listed = ctl({"--ns", space, "ls", "--output", "json"});
  std::istringstream lines(listed.out);
  std::vector<std::string> names;
  for (std::string line; std::getline(lines, line);) names.push_back(nlohmann::json::parse(line)["name"]);
  EXPECT_EQ(names, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(ctl({"ls", "nothing/begins/so"}).out, "");
}

TEST(LockctlHealth, NamesALeaderThatAMajorityFollows) {
  const auto end = ctl({"health"});
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_NE(end.out.find("leader"), std::string::npos);
  EXPECT_NE(end.out.find("follower"), std::string::npos);
}

TEST(LockctlBench, PrintsOneResultLine) {
  for (const char* workload : {"uncontended", "contended", "status", "read"}) {
    const auto end = ctl({"bench", "--clients", "4", "--secs", "300ms", "--warmup", "100ms", "--workload",
                          workload, "--output", "result"});
    EXPECT_EQ(end.code, 0) << workload << end.err;
    ASSERT_TRUE(end.out.starts_with("RESULT ")) << end.out;
    const auto result = nlohmann::json::parse(end.out.substr(7));
    EXPECT_GT(result["n"].get<int>(), 0) << workload;
    EXPECT_EQ(result["clients"], 4);
  }
}

// Each is refused with one line that says what would be right.
TEST(LockctlUsage, SaysInOneLineWhatIsWrong) {
  struct Case {
    std::vector<std::string> words;
    int code;
    std::string said;
  };
  const std::vector<Case> cases = {
      {{"aquire", "x"}, 2, "did you mean acquire?"},
      {{"acquire", "--nowait", "x"}, 2, "did you mean --no-wait?"},
      {{"acquire", "a b"}, 2, ""},
      {{"acquire", "/x"}, 2, ""},
      {{"acquire", "-t", "soon", "x"}, 2, "is not a duration"},
      {{"check", "a,b", "--token", "4"}, 2, "one name here"},
      {{"acquire", "-n", "-w", "3s", "x"}, 2, "contradict"},
      {{"run", "x"}, 125, "`--`"},
      {{"run", "-k", "8s", "x", "--", "true"}, 125, "half of the lease"},
      {{"run", "--frobnicate", "x", "--", "true"}, 125, "--frobnicate"},
      {{"check", "x", "--token", "many"}, 2, "is not a token"},
      {{"status", "x", "--code", "3"}, 2, "--set"},
      {{"bench", "--workload", "heavy"}, 2, "uncontended"},
      {{"ls", "--output", "xml"}, 2, "json"},
      {{"ls", "--output", "jsn"}, 2, "did you mean json?"},
      {{"status", "x", "--set", "done", "--code", "256"}, 2, "--code: give 0 to 255, not 256"},
      {{"status", "x", "--set", "done", "--stale"}, 2, "--stale goes with reading only"},
      {{"status", "x", "--stale", "--consistency", "lease"}, 2, "contradict"},
      {{"ls", "--consistency", "linearisable"}, 2, "did you mean linearizable?"},
      {{"acquire", "x", "-t"}, 2, "--ttl wants a value: TTL"},
      {{"acquire", "x", "-t", "1s", "-t", "2s"}, 2, "--ttl is given more than once"},
      {{"acquire", "x", "--no-wait=no"}, 2, "--no-wait takes no value"},
      {{"acquire", "x", "-T", "5"}, 2, "there is no flag -T; `lockctl acquire --help` tells them"},
      {{"run", "--on-lost", "kil", "x", "--", "true"}, 125, "did you mean kill?"},
  };
  for (const auto& one : cases) {
    const auto end = ctl(one.words);
    EXPECT_EQ(end.code, one.code) << end.err;
    EXPECT_TRUE(end.err.starts_with("lockctl: ")) << end.err;
    EXPECT_EQ(std::count(end.err.begin(), end.err.end(), '\n'), 1) << end.err;
    EXPECT_NE(end.err.find(one.said), std::string::npos) << end.err;
    EXPECT_EQ(end.out, "");
  }
}

TEST(LockctlUsage, SaysNothingButErrorsWhenQuiet) {
  const auto name = world::fresh_name();
  const auto token = acquired(name);
  const std::string never = std::to_string(std::stoull(token) + 1'000'000);
  const std::vector<std::vector<std::string>> answers = {
      {"acquire", "-n", name},
      {"run", "-n", name, "--", "true"},
      {"release", name, "--token", never},
      {"check", name, "--token", never},
      {"status", name, "--clear"},
      {"status", name, "--set", "done", "--if-index", "7"},
      {"status", name, "--set", "done", "--token", never},
      {"status", name, "--wait", "-w", "50ms"},
  };
  for (auto words : answers) {
    words.insert(words.begin(), "-q");
    const auto end = ctl(words);
    EXPECT_NE(end.code, 0) << words[1];
    EXPECT_EQ(end.err, "") << words[1];
  }
  EXPECT_NE(ctl({"-q", "acquire", "a b"}).err, "");
}

TEST(LockctlUsage, ShowsWhereTheCommandGoes) {
  EXPECT_NE(ctl({"run", "--help"}).out.find("Usage: lockctl run [OPTIONS] NAME -- CMD..."),
            std::string::npos);
}

TEST(LockctlHealth, SaysInOneLineThatNobodyIsThere) {
  const std::vector<std::string> words = {world::lockctl(), "--endpoints", "127.0.0.1:1,127.0.0.1:2",
                                          "--timeout",      "300ms",       "health"};
  const auto end = world::Running(words, {}, world::folder()).wait();
  EXPECT_EQ(end.code, 1);
  EXPECT_EQ(end.out, "");
  EXPECT_EQ(std::count(end.err.begin(), end.err.end(), '\n'), 1) << end.err;
  EXPECT_NE(end.err.find("no server was reached within 300ms: tried 127.0.0.1:1"), std::string::npos)
      << end.err;
}

TEST(LockctlUsage, TakesTheNameOfAVerbForALock) {
  EXPECT_EQ(ctl({"status", "run"}).code, 1);
}

TEST(LockctlUsage, NamesTheEndpointsThatDidNotAnswer) {
  const std::string nobody = "127.0.0.1:1";
  const auto with = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {world::lockctl(), "--timeout", "300ms", "--endpoints", nobody});
    return world::Running(words, {}, world::folder()).wait();
  };
  EXPECT_EQ(with({"acquire", "x"}).code, 124);
  EXPECT_EQ(with({"status", "x", "--wait"}).code, 124);
  EXPECT_EQ(with({"status", "x"}).code, 124);
  EXPECT_EQ(with({"health"}).code, 1);
  const auto run = with({"run", "x", "--", "true"});
  EXPECT_EQ(run.code, 125);
  EXPECT_NE(run.err.find(nobody + " (Connection refused)"), std::string::npos) << run.err;
}

TEST(LockctlDev, DownLeavesTheClusterOfTheFolderAboveAlone) {
  ASSERT_FALSE(world::endpoints().empty());
  const auto command = "mkdir -p below && cd below && " + world::lockctl() + " dev down";
  const auto end = world::Running({"sh", "-c", command}, {}, world::folder()).wait();
  EXPECT_EQ(end.code, 1);
  EXPECT_NE(end.err.find("dev down --dir " + world::folder()), std::string::npos) << end.err;
  EXPECT_EQ(world::Running({"sh", "-c", world::lockctl() + " health >&2"}, {}, world::folder()).wait().code,
            0);
}

// Every server is stopped while one waits: it is said, and after --timeout given up.
TEST(LockctlWaiting, SaysThatNoServerAnswersAndGivesUp) {
  const auto folder = world::folder() + "/silent";
  const auto dev = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {world::lockctl(), "dev"});
    words.insert(words.end(), {"--dir", folder});
    return world::Running(words, {}, world::folder()).wait();
  };
  const auto up = dev({"up", "--servers", "1"});
  ASSERT_EQ(up.code, 0) << up.err;
  const auto words = [&](std::vector<std::string> more) {
    more.insert(more.begin(),
                {world::lockctl(), "--endpoints", up.out.substr(0, up.out.find('\n')), "--timeout", "7s"});
    return more;
  };
  EXPECT_EQ(world::Running(words({"acquire", "x"}), {}, world::folder()).wait().code, 0);
  world::Running waiting(words({"run", "x", "--", "true"}), {}, world::folder());
  ASSERT_TRUE(eventually([&] {
    return world::Running(words({"status", "x"}), {}, world::folder()).wait().out.find("waiting   1") !=
           std::string::npos;
  }));
  EXPECT_EQ(dev({"pause", "1"}).code, 0);
  const auto end = waiting.wait();
  EXPECT_EQ(end.code, 125) << end.err;
  EXPECT_NE(end.err.find("no server has answered for 5s; still trying"), std::string::npos) << end.err;
  EXPECT_NE(end.err.find("did not answer within 7s"), std::string::npos) << end.err;
  EXPECT_EQ(dev({"resume", "all"}).err, "lockctl: server 1 goes on\n");
  EXPECT_EQ(world::Running(words({"status", "x"}), {}, world::folder()).wait().code, 0);
  dev({"down"});
}

TEST(LockctlUsage, TellsHowToGetAClusterWhereThereIsNone) {
  const auto empty = world::folder() + "-elsewhere";
  const auto command = "mkdir -p " + empty + " && cd " + empty + " && " + world::lockctl() +
                       " ls; code=$?; rmdir " + empty + "; exit $code";
  const auto end = world::Running({"sh", "-c", command}, {}, world::folder()).wait();
  EXPECT_EQ(end.code, 2);
  EXPECT_NE(end.err.find("lockctl dev up"), std::string::npos) << end.err;
}

}  // namespace
