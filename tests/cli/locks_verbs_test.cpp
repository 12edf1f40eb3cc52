// Locks of every kind through the shell: modes, several names, queueing, ends by others.
#include <csignal>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "lockctl_world.hpp"

namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using world::ctl;
using world::eventually;

std::string acquired(std::vector<std::string> words) {
  words.insert(words.begin(), "acquire");
  const auto end = ctl(words);
  EXPECT_EQ(end.code, 0) << end.err;
  return end.out.substr(0, end.out.find('\n'));
}

json status(const std::string& name) {
  return json::parse(ctl({"status", name, "--output", "json"}).out);
}

bool waits(const std::string& name, int count = 1) {
  return eventually([&] { return status(name)["waiters"] == count; });
}

TEST(LockctlShared, GoesTogetherWithOthersThatShareAndWithNobodyElse) {
  const auto name = world::fresh_name();
  acquired({"-s", name});
  acquired({"-s", name});
  EXPECT_EQ(ctl({"acquire", "-n", name}).code, 124);
  const auto shown = status(name);
  EXPECT_EQ(shown["holder_count"], 2);
  EXPECT_EQ(shown["holders"][1]["mode"], "shared");
}

TEST(LockctlSemaphore, HasAtMostNHoldersAndOneNForAll) {
  const auto name = world::fresh_name();
  const auto first = acquired({"-S", "2", name});
  acquired({"-S", "2", name});
  EXPECT_EQ(ctl({"acquire", "-n", "-S", "2", name}).code, 124);
  const auto other = ctl({"acquire", "-S", "3", name});
  EXPECT_EQ(other.code, 2);
  EXPECT_NE(other.err.find("2"), std::string::npos) << other.err;
  EXPECT_EQ(std::count(other.err.begin(), other.err.end(), '\n'), 1) << other.err;
  EXPECT_EQ(ctl({"run", "-S", "3", name, "--", "true"}).code, 125);
  EXPECT_EQ(ctl({"release", name, "--token", first}).code, 0);
  EXPECT_EQ(ctl({"acquire", "-n", "-S", "2", name}).code, 0);
}

TEST(LockctlSeveral, TakesAllNamesOrNone) {
  const auto a = world::fresh_name(), b = world::fresh_name();
  const auto alone = acquired({b});
  EXPECT_EQ(ctl({"acquire", "-n", a + "," + b}).code, 124);
  EXPECT_EQ(status(a)["holder_count"], 0);
  ctl({"release", b, "--token", alone});
  const auto token = acquired({a + "," + b + ":s"});
  EXPECT_EQ(status(a)["holder"]["mode"], "exclusive");
  EXPECT_EQ(status(b)["holder"]["mode"], "shared");
  EXPECT_EQ(status(a)["holder"]["with"], json::array({b}));
  // Any of its names stands for the hold.
  EXPECT_EQ(ctl({"release", b, "--token", token}).code, 0);
  EXPECT_EQ(status(a)["holder_count"], 0);
}

TEST(LockctlSeveral, TellsTheCommandOfAllNames) {
  const auto a = world::fresh_name(), b = world::fresh_name();
  const auto end =
      ctl({"run", a + "," + b, "--", "sh", "-c", "echo $LOCKD_LOCK; echo $LOCKD_HELD; echo $LOCKD_TOKEN"});
  ASSERT_EQ(end.code, 0) << end.err;
  std::istringstream lines(end.out);
  std::string lock, held, token;
  std::getline(lines, lock);
  std::getline(lines, held);
  std::getline(lines, token);
  EXPECT_EQ(lock, a + "," + b);
  EXPECT_EQ(held, a + "=" + token + " " + b + "=" + token);
}

TEST(LockctlReentry, EntersAgainWhatItRunsUnder) {
  const auto name = world::fresh_name();
  const auto end = ctl({"run", name, "--", "sh", "-c",
                        "echo $LOCKD_TOKEN; " + world::lockctl() + " run -n " + name +
                            " -- sh -c 'echo $LOCKD_TOKEN'; " + world::lockctl() + " check " + name});
  ASSERT_EQ(end.code, 0) << end.err;
  std::istringstream lines(end.out);
  std::string outer, inner;
  lines >> outer >> inner;
  EXPECT_EQ(outer, inner);
}

TEST(LockctlDeadlock, IsRefusedWithTheCycleALineALink) {
  const auto a = world::fresh_name(), b = world::fresh_name();
  const auto has_a = world::folder() + "/has-a", has_b = world::folder() + "/has-b";
  const auto until = [](const std::string& file) {
    return "until [ -e " + file + " ]; do sleep 0.01; done; ";
  };
  world::Running other(world::ctl_words({"run", b, "--", "sh", "-c",
                                         "touch " + has_b + "; " + until(has_a) + world::lockctl() + " run " +
                                             a + " -- true"}),
                       {}, world::folder());
  const auto end =
      ctl({"run", a, "--", "sh", "-c",
           "touch " + has_a + "; " + until(has_b) + "until " + world::lockctl() + " status " + a +
               " | grep -q '^waiting'; do :; done; " + world::lockctl() + " run " + b + " -- true"});
  EXPECT_EQ(end.code, 121) << end.err;
  EXPECT_NE(end.err.find("waits for " + b), std::string::npos) << end.err;
  EXPECT_NE(end.err.find("waits for " + a), std::string::npos) << end.err;
  EXPECT_GE(std::count(end.err.begin(), end.err.end(), '\n'), 3) << end.err;
  EXPECT_EQ(other.wait().code, 0);
}

TEST(LockctlDeadlock, AnUpgradeIsOne) {
  const auto name = world::fresh_name();
  const auto end = ctl({"run", "-s", name, "--", world::lockctl(), "run", name, "--", "true"});
  EXPECT_EQ(end.code, 121);
  EXPECT_NE(end.err.find("shared"), std::string::npos) << end.err;
}

TEST(LockctlQueue, NewestTakesThePlaceOfAnEarlierOne) {
  const auto name = world::fresh_name();
  const auto token = acquired({name});
  world::Running former(world::ctl_words({"acquire", "--queue", "newest", name}), {}, world::folder());
  ASSERT_TRUE(waits(name));
  world::Running later(world::ctl_words({"acquire", "--queue", "newest", name}), {}, world::folder());
  const auto sent_away = former.wait();
  EXPECT_EQ(sent_away.code, 124);
  EXPECT_NE(sent_away.err.find("took its place"), std::string::npos) << sent_away.err;
  ctl({"release", name, "--token", token});
  EXPECT_EQ(later.wait().code, 0);
}

TEST(LockctlQueue, AHigherPriorityGoesBefore) {
  const auto name = world::fresh_name();
  const auto token = acquired({name});
  world::Running low(world::ctl_words({"acquire", name}), {}, world::folder());
  ASSERT_TRUE(waits(name));
  world::Running high(world::ctl_words({"acquire", "--queue", "priority=5", name}), {}, world::folder());
  ASSERT_TRUE(waits(name, 2));
  ctl({"release", name, "--token", token});
  const auto first = high.wait();
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(ctl({"release", name, "--token", first.out.substr(0, first.out.find('\n'))}).code, 0);
  const auto second = low.wait();
  EXPECT_GT(std::stoull(second.out), std::stoull(first.out));
}

TEST(LockctlMaxHold, EndsAHoldWhateverIsRenewed) {
  const auto name = world::fresh_name();
  acquired({"-t", "60s", "--max-hold", "300ms", name});
  EXPECT_EQ(ctl({"acquire", "-w", "20s", name}).code, 0);
}

TEST(LockctlLockDelay, KeepsOthersAwayAfterAnEndThatWasNotClean) {
  const auto name = world::fresh_name();
  acquired({"-t", "200ms", "--lock-delay", "1h", name});
  EXPECT_TRUE(eventually([&] { return !status(name)["blocked_for_ms"].is_null(); }));
  EXPECT_EQ(ctl({"acquire", "-n", name}).code, 124);
}

TEST(LockctlDowngrade, LetsOthersShare) {
  const auto name = world::fresh_name();
  const auto token = acquired({name});
  EXPECT_EQ(ctl({"acquire", "-n", "-s", name}).code, 124);
  EXPECT_EQ(ctl({"downgrade", name, "--token", token}).code, 0);
  EXPECT_EQ(ctl({"acquire", "-n", "-s", name}).code, 0);
  ctl({"release", name, "--token", token});
  EXPECT_EQ(ctl({"downgrade", name, "--token", token}).code, 1);
}

TEST(LockctlBreak, EndsAHoldOnTheRecordAndKeepsOthersOutUntilItsLeaseIsOver) {
  const auto name = world::fresh_name();
  const auto token = acquired({"-t", "1h", name});
  const auto broken = ctl({"break", name, "--token", token, "--reason", "host on fire"});
  EXPECT_EQ(broken.code, 0) << broken.err;
  EXPECT_EQ(ctl({"check", name, "--token", token}).code, 1);
  EXPECT_EQ(ctl({"acquire", "-n", name}).code, 124);
  EXPECT_EQ(ctl({"break", name, "--token", token, "--reason", "again"}).code, 1);
  // Its holder lets go, and says so.
  ctl({"release", name, "--token", token});
  EXPECT_EQ(ctl({"acquire", "-n", name}).code, 0);
  const auto audit = ctl({"audit", name});
  EXPECT_EQ(audit.code, 0);
  EXPECT_NE(audit.out.find("host on fire"), std::string::npos) << audit.out;
  EXPECT_NE(audit.out.find("broken"), std::string::npos) << audit.out;
}

TEST(LockctlBreak, FreesAtOnceWhereItIsToldToAndSaysWhatThatRisks) {
  const auto name = world::fresh_name();
  const auto token = acquired({"-t", "1h", name});
  const auto broken = ctl({"break", name, "--token", token, "--reason", "now", "--now"});
  EXPECT_EQ(broken.code, 0);
  EXPECT_NE(broken.err.find("may still act"), std::string::npos) << broken.err;
  EXPECT_EQ(ctl({"acquire", "-n", name}).code, 0);
}

TEST(LockctlBreak, WantsATokenSaidAloudAndAReason) {
  const auto silent = ctl({"break", "x", "--reason", "r"}, {{"LOCKD_TOKEN", "4"}});
  EXPECT_EQ(silent.code, 2);
  EXPECT_NE(silent.err.find("--token"), std::string::npos);
  EXPECT_EQ(ctl({"break", "x", "--token", "4"}).code, 2);
}

TEST(LockctlAudit, TellsGrantsAndEndsNewestFirst) {
  const auto name = world::fresh_name();
  EXPECT_EQ(ctl({"audit", name}).code, 1);
  const auto token = acquired({name});
  ctl({"release", name, "--token", token});
  const auto told = ctl({"audit", name, "--output", "json"});
  std::istringstream lines(told.out);
  std::vector<std::string> what;
  for (std::string line; std::getline(lines, line);) what.push_back(json::parse(line)["what"]);
  EXPECT_EQ(what, (std::vector<std::string>{"released", "granted"})) << told.out;
}

TEST(LockctlLimits, AreListedMovedAndRefused) {
  const auto limits = json::parse(ctl({"limits", "--output", "json"}).out);
  const auto names = limits["names_per_request"].get<int>();
  ASSERT_GT(names, 2);
  EXPECT_EQ(ctl({"limits", "names_per_request=2"}).code, 0);
  const auto name = world::fresh_name();
  EXPECT_EQ(ctl({"acquire", "-n", name + "a," + name + "b," + name + "c"}).code, 2);
  EXPECT_EQ(ctl({"limits", "names_per_request=" + std::to_string(names)}).code, 0);
  EXPECT_EQ(ctl({"acquire", "-n", name + "a," + name + "b," + name + "c"}).code, 0);
  const auto unknown = ctl({"limits", "name_per_request=2"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_NE(unknown.err.find("names_per_request"), std::string::npos) << unknown.err;
}

TEST(LockctlLimits, TakeATimeASwitchOrANumberEach) {
  EXPECT_EQ(ctl({"limits", "ttl_min=100ms", "evict_lru=off"}).code, 0);
  const auto shown = ctl({"limits"}).out;
  EXPECT_NE(shown.find("ttl_min              100ms"), std::string::npos) << shown;
  EXPECT_NE(shown.find("evict_lru            off"), std::string::npos) << shown;
  EXPECT_NE(ctl({"limits", "value_bytes=2s"}).err.find("value_bytes: '2s' is not a number"),
            std::string::npos);
  EXPECT_NE(ctl({"limits", "evict_lru=2"}).err.find("evict_lru: '2' is not on or off"), std::string::npos);
  EXPECT_NE(ctl({"limits", "ttl_max=on"}).err.find("ttl_max: 'on' is not a duration"), std::string::npos);
}

TEST(LockctlMaxHold, EndsTheCommandNearItsEndAndLeavesTheLockDelay) {
  const auto name = world::fresh_name();
  const auto end = ctl({"run", "--max-hold", "2s", "--lock-delay", "1h", name, "--", "sh", "-c",
                        "sleep 0.5; echo half; sleep 60"});
  EXPECT_EQ(end.code, 122) << end.err;
  EXPECT_EQ(end.out, "half\n");
  EXPECT_NE(end.err.find("--max-hold 2s is over"), std::string::npos) << end.err;
  EXPECT_TRUE(eventually([&] {
    return ctl({"status", name}).out.find("nobody gets it for another") != std::string::npos;
  }));
}

TEST(LockctlOwner, IsRefusedWhatItWouldWaitForItself) {
  const auto name = world::fresh_name();
  const auto held = ctl({"run", name, "--", world::lockctl(), "once", name, "--", "true"});
  EXPECT_EQ(held.code, 121) << held.err;
  EXPECT_NE(held.err.find(name + " would wait for itself"), std::string::npos) << held.err;
  EXPECT_EQ(ctl({"once", name, "--", world::lockctl(), "run", name, "--", "true"}).code, 121);
}

TEST(LockctlStatus, KeepsWhatOthersWroteOnItsLine) {
  const auto name = world::fresh_name();
  acquired({"--note", "mine\nheld      by nobody\x1b[2J", name});
  EXPECT_NE(ctl({"status", name}).out.find("note      mine?held      by nobody?[2J\n"), std::string::npos);
}

TEST(LockctlStatus, AnswersAtOnceWithNoTimeToWait) {
  const auto name = world::fresh_name();
  EXPECT_EQ(ctl({"status", name, "--wait", "-w", "0"}).code, 124);
  ASSERT_EQ(ctl({"status", name, "--set", "failed"}).code, 0);
  EXPECT_EQ(ctl({"status", name, "--wait", "-w", "0"}).code, 1);
  ASSERT_EQ(ctl({"status", name, "--set", "done"}).code, 0);
  EXPECT_EQ(ctl({"status", name, "--wait", "-w", "0"}).code, 0);
}

TEST(LockctlWait, IsInVainWhenItsTimeHasPassedHoweverLittle) {
  const auto name = world::fresh_name();
  acquired({name});
  for (const char* verb : {"run", "once"}) {
    EXPECT_EQ(ctl({verb, "-w", "1ms", name, "--", "true"}).code, 124) << verb;
    EXPECT_EQ(ctl({verb, "-w", "1ms", "-E", "9", name, "--", "true"}).code, 9) << verb;
  }
}

TEST(LockctlList, ShowsTheModeAndHowManyHold) {
  const auto name = world::fresh_name();
  acquired({"-S", "3", name});
  acquired({"-S", "3", name});
  EXPECT_NE(ctl({"ls", name}).out.find("2 of 3"), std::string::npos) << ctl({"ls", name}).out;
}

}  // namespace
