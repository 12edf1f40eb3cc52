#include <csignal>
#include <gtest/gtest.h>
#include <sstream>

#include "lockctl_world.hpp"

namespace {

using namespace std::chrono_literals;
using world::ctl;
using world::eventually;

std::vector<std::string> run(std::vector<std::string> flags, const std::string& script) {
  flags.insert(flags.begin(), "run");
  flags.insert(flags.end(), {"--", "sh", "-c", script});
  return flags;
}

bool is_held(const std::string& name) {
  return ctl({"status", name}).out.find("held      by nobody") == std::string::npos;
}

TEST(LockctlRun, ReEntersWhatItRunsUnder) {
  const auto name = world::fresh_name();
  const auto end = ctl({"run", name, "--", world::lockctl(), "run", name, "--", "sh", "-c", "exit 4"});
  EXPECT_EQ(end.code, 4) << end.err;
}

TEST(LockctlRun, ExitsWithTheCommandsOwnCode) {
  EXPECT_EQ(ctl(run({world::fresh_name()}, "exit 0")).code, 0);
  EXPECT_EQ(ctl(run({world::fresh_name()}, "exit 7")).code, 7);
}

TEST(LockctlRun, Exits128PlusNWhenASignalEndedTheCommand) {
  EXPECT_EQ(ctl(run({world::fresh_name()}, "kill -TERM $$")).code, 128 + SIGTERM);
}

TEST(LockctlRun, TellsACommandThatIsNotThereFromOneThatCannotBeExecuted) {
  const auto name = world::fresh_name();
  const auto absent = ctl({"run", name, "--", "no-such-command-anywhere"});
  EXPECT_EQ(absent.code, 127);
  EXPECT_NE(absent.err.find("no-such-command-anywhere"), std::string::npos);
  EXPECT_EQ(ctl({"run", name, "--", "/etc/passwd"}).code, 126);
  EXPECT_FALSE(is_held(name));
}

TEST(LockctlRun, GivesTheCommandTheLockInItsEnvironment) {
  const auto name = world::fresh_name();
  const auto end = ctl(run({name},
                           "echo $LOCKD_LOCK; echo $LOCKD_TOKEN; echo $LOCKD_HELD; echo $LOCKD_SESSION; "
                           "echo $LOCKD_ENDPOINTS"),
                       {{"LOCKD_HELD", "outer=3"}});
  ASSERT_EQ(end.code, 0) << end.err;
  std::istringstream lines(end.out);
  std::string lock, token, held, session, endpoints;
  lines >> lock >> token;
  lines.ignore();
  std::getline(lines, held);
  lines >> session >> endpoints;
  EXPECT_EQ(lock, name);
  EXPECT_GT(std::stoull(token), 0u);
  EXPECT_EQ(held, "outer=3 " + name + "=" + token);
  EXPECT_GT(std::stoull(session), 0u);
  EXPECT_EQ(endpoints, world::endpoints());
}

TEST(LockctlRun, SaysNothingOfItsOwnOnStandardOutput) {
  const auto end = ctl(run({world::fresh_name()}, "echo one; echo two >&2"));
  EXPECT_EQ(end.out, "one\n");
  EXPECT_EQ(end.err, "two\n");
}

TEST(LockctlRun, GivesTheLockBackAfterSuccessAndFailure) {
  const auto name = world::fresh_name();
  ctl(run({name}, "exit 0"));
  EXPECT_FALSE(is_held(name));
  ctl(run({name}, "exit 3"));
  EXPECT_FALSE(is_held(name));
}

TEST(LockctlRun, DoesNotWaitWithN) {
  const auto name = world::fresh_name();
  ASSERT_EQ(ctl({"acquire", name}).code, 0);
  const auto end = ctl(run({"-n", name}, "echo ran"));
  EXPECT_EQ(end.code, 124);
  EXPECT_EQ(end.out, "");
  EXPECT_NE(end.err.find("held"), std::string::npos);
}

TEST(LockctlRun, WaitsAtMostWAndExitsWithTheCodeOfE) {
  const auto name = world::fresh_name();
  ASSERT_EQ(ctl({"acquire", name}).code, 0);
  EXPECT_EQ(ctl(run({"-w", "100ms", name}, "echo ran")).code, 124);
  EXPECT_EQ(ctl(run({"-w", "100ms", "-E", "9", name}, "echo ran")).code, 9);
}

TEST(LockctlRun, RunsAsSoonAsTheHolderReleases) {
  const auto name = world::fresh_name();
  const auto holder = ctl({"acquire", name});
  ASSERT_EQ(holder.code, 0) << holder.err;
  world::Running waiting(world::ctl_words(run({"-v", name}, "echo ran")), {}, world::folder());
  ASSERT_TRUE(eventually([&] { return waiting.err().find("waiting for " + name) != std::string::npos; }))
      << waiting.err();
  const auto token = holder.out.substr(0, holder.out.find('\n'));
  ASSERT_EQ(ctl({"release", name, "--token", token}).code, 0);
  const auto end = waiting.wait();
  EXPECT_EQ(end.code, 0);
  EXPECT_EQ(end.out, "ran\n");
}

TEST(LockctlRun, LeavesTheQueueWhenItIsTerminatedWhileWaiting) {
  const auto name = world::fresh_name();
  ASSERT_EQ(ctl({"acquire", name}).code, 0);
  world::Running waiting(world::ctl_words(run({"-v", name}, "echo ran")), {}, world::folder());
  ASSERT_TRUE(eventually([&] { return waiting.err().find("waiting for") != std::string::npos; }))
      << waiting.err();
  waiting.signal(SIGTERM);
  EXPECT_EQ(waiting.wait().code, 128 + SIGTERM);
  EXPECT_EQ(ctl({"status", name}).out.find("waiting"), std::string::npos);
}

TEST(LockctlRun, ForwardsSignalsToTheCommand) {
  const auto ready = world::folder() + "/forward.ready";
  world::Running running(world::ctl_words(run({world::fresh_name()}, "trap 'exit 5' USR1; echo 1 > " + ready +
                                                                         "; while :; do sleep 0.01; done")),
                         {}, world::folder());
  ASSERT_TRUE(eventually([&] { return world::pid_in(ready) != 0; })) << running.err();
  running.signal(SIGUSR1);
  EXPECT_EQ(running.wait().code, 5);
}

TEST(LockctlRun, EndsWhatTheCommandLeftBehindBeforeGivingTheLockBack) {
  const auto file = world::folder() + "/left.pid";
  const auto end = ctl(run({world::fresh_name()}, "setsid sleep 300 & echo $! > " + file));
  EXPECT_EQ(end.code, 0);
  const auto left = world::pid_in(file);
  ASSERT_NE(left, 0);
  EXPECT_TRUE(world::dead(left));
}

TEST(LockctlRun, IsLostWhenItsTokenWasReleasedFromWithin) {
  const auto end = ctl(run({world::fresh_name()}, world::lockctl() + " release $LOCKD_LOCK"));
  EXPECT_EQ(end.code, 122) << end.err;
  EXPECT_NE(end.err.find("lost"), std::string::npos);
}

TEST(LockctlRun, KillsTheTreeAtTheDeadlineWhenLockctlIsKilled) {
  const auto command = world::folder() + "/guard.command", child = world::folder() + "/guard.child";
  world::Running running(world::ctl_words(run({"-t", "2s", world::fresh_name()},
                                              "trap '' TERM; setsid sleep 300 & echo $! > " + child +
                                                  "; echo $$ > " + command + "; wait; sleep 300")),
                         {}, world::folder());
  ASSERT_TRUE(eventually([&] { return world::pid_in(command) != 0; })) << running.err();
  const auto killed_at = std::chrono::steady_clock::now();
  running.signal(SIGKILL);
  EXPECT_TRUE(eventually(
      [&] { return world::dead(world::pid_in(command)) && world::dead(world::pid_in(child)); }, 10s));
  EXPECT_LT(std::chrono::steady_clock::now() - killed_at, 2s);
}

TEST(LockctlRun, KillsTheTreeWhenTheGuardIsKilled) {
  const auto command = world::folder() + "/guardless.command", child = world::folder() + "/guardless.child";
  const auto guard = world::folder() + "/guardless.guard";
  const auto name = world::fresh_name();
  world::Running running(
      world::ctl_words(run({name}, "setsid sleep 300 & echo $! > " + child + "; echo $PPID > " + guard +
                                       "; echo $$ > " + command + "; wait")),
      {}, world::folder());
  ASSERT_TRUE(eventually([&] { return world::pid_in(command) != 0; })) << running.err();
  ::kill(world::pid_in(guard), SIGKILL);
  EXPECT_EQ(running.wait().code, 128 + SIGKILL);
  EXPECT_TRUE(world::dead(world::pid_in(command)));
  EXPECT_TRUE(world::dead(world::pid_in(child)));
  EXPECT_FALSE(is_held(name));
}

// Last, and with a cluster of its own: its servers stop answering.
TEST(LockctlRun, KillsTheWholeTreeBeforeTheLeaseEndsWhenTheClusterIsSilent) {
  const auto home = world::folder() + "/silent";
  const auto in_home = [&](std::vector<std::string> words) {
    words.insert(words.begin(), world::lockctl());
    return words;
  };
  ASSERT_EQ(world::Running(in_home({"-q", "dev", "up", "--servers", "3", "--dir", home}), {}, world::folder())
                .wait()
                .code,
            0);
  const auto up = world::Running(in_home({"-q", "dev", "up", "--dir", home}), {}, world::folder()).wait();
  const auto endpoints = up.out.substr(0, up.out.find('\n'));
  const auto command = home + "/command", child = home + "/child";
  world::Running running(in_home(run({"--endpoints", endpoints, "-t", "3s", "silent"},
                                     "trap '' TERM; setsid sleep 300 & echo $! > " + child + "; echo $$ > " +
                                         command + "; wait; sleep 300")),
                         {}, world::folder());
  ASSERT_TRUE(eventually([&] { return world::pid_in(command) != 0; })) << running.err();
  const auto silent_at = std::chrono::steady_clock::now();
  for (const char* node : {"1", "2", "3"}) {
    world::Running(in_home({"-q", "dev", "kill", node, "--signal", "STOP", "--dir", home}), {},
                   world::folder())
        .wait();
  }
  EXPECT_TRUE(eventually(
      [&] { return world::dead(world::pid_in(command)) && world::dead(world::pid_in(child)); }, 15s));
  EXPECT_LT(std::chrono::steady_clock::now() - silent_at, 3s + 500ms);
  const auto end = running.wait();
  EXPECT_EQ(end.code, 122) << end.err;
  world::Running(in_home({"-q", "dev", "down", "--dir", home}), {}, world::folder()).wait();
}

}  // namespace
