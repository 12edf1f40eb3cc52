// lockctl once, with real processes: one runs, all learn.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <memory>
#include <nlohmann/json.hpp>

#include "lockctl_world.hpp"

namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using world::ctl;
using world::eventually;

std::vector<std::string> once(std::vector<std::string> flags, const std::string& script) {
  flags.insert(flags.begin(), "once");
  flags.insert(flags.end(), {"--", "sh", "-c", script});
  return flags;
}

// Of this test alone.
std::string file() {
  static int last = 0;
  return world::folder() + "/once" + std::to_string(::getpid()) + "-" + std::to_string(++last);
}

json record(const std::string& name) {
  return json::parse(ctl({"status", name, "--output", "json"}).out)["record"];
}

bool waits(const std::string& name, int count) {
  return eventually([&] {
    return json::parse(ctl({"status", name, "--output", "json"}).out)["waiters"] == count;
  });
}

TEST(LockctlOnce, OneRunsAndAllPrintTheSameAndExitWithTheSameCode) {
  const auto name = world::fresh_name(), ran = file(), go = file();
  std::vector<std::unique_ptr<world::Running>> callers;
  for (int i = 0; i < 5; ++i) {
    callers.push_back(std::make_unique<world::Running>(
        world::ctl_words(once({name}, "echo run >> " + ran + "; until [ -e " + go +
                                          " ]; do sleep 0.01; done; echo the result; exit 7")),
        world::Environment{}, world::folder()));
  }
  ASSERT_TRUE(waits(name, 4));
  std::ofstream(go) << "";
  int told = 0;
  for (const auto& caller : callers) {
    const auto end = caller->wait();
    EXPECT_EQ(end.code, 7) << end.err;
    EXPECT_EQ(end.out, "the result\n");
    if (end.err.find("was run by") != std::string::npos) ++told;
  }
  EXPECT_EQ(told, 4);
  EXPECT_EQ(world::read_file(ran), "run\n");
}

TEST(LockctlOnce, TellsWhoComesLaterTheOutcomeUntilItIsForgotten) {
  const auto name = world::fresh_name();
  EXPECT_EQ(ctl(once({name}, "echo first")).out, "first\n");
  const auto later = ctl(once({name}, "echo second"));
  EXPECT_EQ(later.code, 0);
  EXPECT_EQ(later.out, "first\n");
  EXPECT_NE(later.err.find("ago, attempt 1"), std::string::npos) << later.err;
  EXPECT_EQ(ctl({"status", name, "--clear"}).code, 0);
  EXPECT_EQ(ctl(once({name}, "echo third")).out, "third\n");
}

TEST(LockctlOnce, KeepsTheOutcomeForAsLongAsTheFirstCallerSaid) {
  const auto name = world::fresh_name();
  EXPECT_EQ(ctl(once({"--keep", "300ms", name}, "echo first")).out, "first\n");
  EXPECT_TRUE(eventually([&] {
    return ctl(once({"--keep", "300ms", name}, "echo again")).out == "again\n";
  }));
}

TEST(LockctlOnce, SaysNothingButTheResultWhenQuiet) {
  const auto name = world::fresh_name();
  ctl(once({name}, "echo first"));
  auto words = once({name}, "true");
  words.insert(words.begin(), "-q");
  const auto later = ctl(words);
  EXPECT_EQ(later.err, "");
  EXPECT_EQ(later.out, "first\n");
}

TEST(LockctlOnce, AnotherRunsWhenTheRunnerIsKilledAndIsToldItsAttempt) {
  const auto name = world::fresh_name(), pid = file();
  world::Running runner(world::ctl_words(once({"-t", "500ms", name}, "echo $$ > " + pid + "; sleep 300")), {},
                        world::folder());
  ASSERT_TRUE(eventually([&] { return world::pid_in(pid) != 0; }));
  world::Running next(world::ctl_words(once({"-t", "500ms", name}, "echo attempt $LOCKD_ATTEMPT")), {},
                      world::folder());
  ASSERT_TRUE(waits(name, 1));
  runner.signal(SIGKILL);
  const auto end = next.wait();
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_EQ(end.out, "attempt 2\n");
  EXPECT_TRUE(eventually([&] { return world::dead(world::pid_in(pid)); }));
}

TEST(LockctlOnce, AnotherRunsWhenTheRunnerIsInterrupted) {
  const auto name = world::fresh_name(), pid = file();
  world::Running runner(world::ctl_words(once({name}, "echo $$ > " + pid + "; exec sleep 300")), {},
                        world::folder());
  ASSERT_TRUE(eventually([&] { return world::pid_in(pid) != 0; }));
  runner.signal(SIGTERM);
  EXPECT_EQ(runner.wait().code, 128 + SIGTERM);
  EXPECT_EQ(ctl(once({name}, "echo attempt $LOCKD_ATTEMPT")).out, "attempt 2\n");
}

TEST(LockctlOnce, AFailureIsTheOutcomeOrTriedAgainByTheNext) {
  const auto name = world::fresh_name();
  EXPECT_EQ(ctl(once({name}, "exit 3")).code, 3);
  EXPECT_EQ(ctl(once({name}, "exit 0")).code, 3);
  const auto again = world::fresh_name();
  EXPECT_EQ(ctl(once({"--on-fail", "next", again}, "exit 3")).code, 3);
  EXPECT_EQ(ctl(once({"--on-fail", "next", again}, "exit $((LOCKD_ATTEMPT + 10))")).code, 12);
}

TEST(LockctlOnce, ExitsWith120WhereAllAttemptsEndedWithoutAnOutcome) {
  const auto name = world::fresh_name(), pid = file();
  {
    world::Running runner(
        world::ctl_words(once({"-t", "400ms", "--retries", "0", name}, "echo $$ > " + pid + "; sleep 300")),
        {}, world::folder());
    ASSERT_TRUE(eventually([&] { return world::pid_in(pid) != 0; }));
    runner.signal(SIGKILL);
    runner.wait();
  }
  const auto end = ctl(once({"-t", "400ms", "--retries", "0", name}, "echo never"));
  EXPECT_EQ(end.code, 120) << end.out << end.err;
  EXPECT_EQ(end.out, "");
  EXPECT_NE(end.err.find("--clear"), std::string::npos) << end.err;
  EXPECT_EQ(record(name)["state"], "lost");
}

TEST(LockctlOnce, RefusesACallerWithAnotherInput) {
  const auto name = world::fresh_name();
  ASSERT_EQ(ctl(once({"--input-hash", "abc", name}, "true")).code, 0);
  const auto other = ctl(once({"--input-hash", "def", name}, "true"));
  EXPECT_EQ(other.code, 125);
  EXPECT_EQ(std::count(other.err.begin(), other.err.end(), '\n'), 1) << other.err;
  EXPECT_EQ(ctl(once({"--input-hash", "abc", name}, "true")).code, 0);
}

TEST(LockctlOnce, DoesNotWaitWhereItIsToldNotTo) {
  const auto name = world::fresh_name(), go = file();
  world::Running runner(world::ctl_words(once({name}, "touch " + go + "; sleep 300")), {}, world::folder());
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(go); }));
  EXPECT_EQ(ctl(once({"-n", name}, "true")).code, 124);
  EXPECT_EQ(ctl(once({"-w", "100ms", "-E", "0", name}, "false")).code, 0);
}

TEST(LockctlOnce, MarksOutputThatIsCut) {
  const auto name = world::fresh_name();
  const auto first = ctl(once({name}, "head -c 100000 /dev/zero | tr '\\0' x"));
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(first.out.size(), 100'000u);
  EXPECT_NE(first.err.find("others see only the first 65536 bytes"), std::string::npos) << first.err;
  const auto second = ctl(once({name}, "true"));
  EXPECT_EQ(second.out.size(), 65'536u);
  EXPECT_NE(second.err.find("not whole"), std::string::npos) << second.err;
}

TEST(LockctlOnce, ACommandThatCannotBeStartedLeavesTheRunToTheNext) {
  const auto name = world::fresh_name();
  EXPECT_EQ(ctl({"once", name, "--", "no-such-command-anywhere"}).code, 127);
  EXPECT_EQ(ctl(once({name}, "echo fine")).out, "fine\n");
}

TEST(LockctlOnce, ShowsItsPolicyAndAttemptsInTheStatus) {
  const auto name = world::fresh_name();
  ctl(once({"--retries", "1", "--input-hash", "abc", name}, "echo out"));
  const auto shown = record(name);
  EXPECT_EQ(shown["once"]["attempts"], 2);
  EXPECT_EQ(shown["once"]["on_fail"], "replay");
  EXPECT_EQ(shown["once"]["input"], "abc");
  EXPECT_EQ(shown["attempt"], 1);
  EXPECT_EQ(shown["value"], "out\n");
}

}  // namespace
