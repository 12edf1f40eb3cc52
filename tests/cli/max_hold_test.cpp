// A hold that is ended by others while its command runs: by its own bound, or by an operator.
#include <csignal>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "lockctl_world.hpp"

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using world::ctl;
using world::eventually;

std::vector<std::string> run(std::vector<std::string> flags, const std::string& script) {
  flags.insert(flags.begin(), "run");
  flags.insert(flags.end(), {"--", "sh", "-c", script});
  return world::ctl_words(std::move(flags));
}

world::Outcome to_its_end(const std::vector<std::string>& words) {
  return world::Running(words, {}, world::folder()).wait();
}

nlohmann::json status(const std::string& name) {
  return nlohmann::json::parse(ctl({"status", name, "--output", "json"}).out);
}

TEST(MaxHold, EndsACommandThatRunsLongerAndTheLockIsFree) {
  const auto name = world::fresh_name();
  const auto begun = Clock::now();
  const auto end = to_its_end(run({"--max-hold", "2s", name}, "exec sleep 300"));
  EXPECT_EQ(end.code, 122) << end.err;
  EXPECT_NE(end.err.find("--max-hold"), std::string::npos) << end.err;
  EXPECT_LT(Clock::now() - begun, 30s);
  const auto next = to_its_end(run({"-w", "30s", name}, "echo next"));
  EXPECT_EQ(next.code, 0) << next.err;
  EXPECT_EQ(next.out, "next\n");
}

TEST(MaxHold, EndsAHoldThatWasRenewed) {
  const auto pid = world::folder() + "/max-hold.pid";
  const auto begun = Clock::now();
  const auto end = to_its_end(
      run({"-t", "3s", "--max-hold", "5s", world::fresh_name()}, "echo $$ > " + pid + "; exec sleep 300"));
  EXPECT_EQ(end.code, 122) << end.err;
  EXPECT_GT(Clock::now() - begun, 3s) << end.err;
  EXPECT_LT(Clock::now() - begun, 30s);
  ASSERT_NE(world::pid_in(pid), 0) << end.err;
  EXPECT_TRUE(world::dead(world::pid_in(pid)));
}

TEST(MaxHold, IsOfNoConcernToACommandThatEndsEarlier) {
  const auto name = world::fresh_name();
  const auto quick = to_its_end(run({"--max-hold", "20s", name}, "exit 7"));
  EXPECT_EQ(quick.code, 7) << quick.err;
  EXPECT_EQ(quick.err, "");
  EXPECT_EQ(to_its_end(run({"-n", name}, "exit 0")).code, 0);
}

// A grace that is a third of the lease would be longer than the whole hold.
TEST(MaxHold, LeavesTheCommandMostOfAHoldThatIsShorterThanTheLease) {
  const auto end =
      to_its_end(run({"-t", "60s", "--max-hold", "5s", world::fresh_name()}, "sleep 0.5; exit 7"));
  EXPECT_EQ(end.code, 7) << end.err;
}

TEST(MaxHold, IsRefusedWithAGraceThatIsHalfOfIt) {
  const auto end = to_its_end(run({"--max-hold", "4s", "-k", "2s", world::fresh_name()}, "echo ran"));
  EXPECT_EQ(end.code, 125);
  EXPECT_NE(end.err.find("--max-hold 4s"), std::string::npos) << end.err;
  EXPECT_EQ(end.out, "");
}

TEST(Broken, RunIsToldWhyAndEndsItsCommandAndAWaiterGetsTheLockBeforeTheLeaseIsOver) {
  const auto name = world::fresh_name();
  const auto pid = world::folder() + "/broken.pid";
  // Renewed, and so told, every third of the lease.
  world::Running holder(run({"-t", "20s", name}, "echo $$ > " + pid + "; exec sleep 300"), {},
                        world::folder());
  ASSERT_TRUE(eventually([&] { return world::pid_in(pid) != 0; })) << holder.err();
  world::Running waiter(
      run({"-v", name}, "echo mine; kill -0 $(cat " + pid + ") 2>/dev/null && echo both; :"), {},
      world::folder());
  ASSERT_TRUE(eventually([&] { return status(name)["waiters"] == 1; })) << waiter.err();

  const auto token = std::to_string(status(name)["holder"]["token"].get<std::uint64_t>());
  const auto broken = Clock::now();
  const auto end_of_break = ctl({"break", name, "--token", token, "--reason", "host3 is on fire"});
  ASSERT_EQ(end_of_break.code, 0) << end_of_break.err;

  const auto end = holder.wait();
  EXPECT_EQ(end.code, 122) << end.err;
  EXPECT_NE(end.err.find("host3 is on fire"), std::string::npos) << end.err;
  EXPECT_TRUE(world::dead(world::pid_in(pid)));
  const auto next = waiter.wait();
  EXPECT_EQ(next.code, 0) << next.err;
  EXPECT_EQ(next.out, "mine\n");
  // The confirmation frees it, and not the end of the lease.
  EXPECT_LT(Clock::now() - broken, 15s);
}

}  // namespace
