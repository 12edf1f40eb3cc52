#include <csignal>
#include <gtest/gtest.h>
#include <memory>

#include "cli/common/process.hpp"
#include "lockctl_world.hpp"

namespace {

using namespace std::chrono_literals;
using world::eventually;
using world::lines_of;

struct Election {
  Election() : name(world::fresh_name()), diary(world::folder() + "/elected" + name.substr(5)) {
    for (auto& candidate : candidates) {
      candidate =
          std::make_unique<world::Running>(world::ctl_words({"elect", "-t", "3s", name, "--", "sh", "-c",
                                                             "echo $$ >> " + diary + "; exec sleep 300"}),
                                           world::Environment{}, world::folder());
    }
  }
  // The pid of the n-th command that ran; 0: there was none.
  pid_t command(std::size_t n) {
    const bool there = eventually([&] { return lines_of(diary).size() > n; }, 60s);
    EXPECT_TRUE(there) << "no candidate took over";
    return there ? std::stoi(lines_of(diary)[n]) : 0;
  }
  // Whose command it is: lockctl, the watchdog, the guard, the command.
  world::Running* candidate_of(pid_t pid) {
    for (int up = 0; up < 3; ++up) {
      const auto process = cli::find_process(pid);
      pid = process ? process->parent : 0;
    }
    for (auto& candidate : candidates) {
      if (candidate->pid() == pid) return candidate.get();
    }
    return nullptr;
  }
  std::string name, diary;
  std::unique_ptr<world::Running> candidates[3];
};

TEST(LockctlElect, AnotherCandidateTakesOverWhenTheElectedIsKilledAndOnlyThen) {
  Election election;
  const auto first = election.command(0);
  auto* elected = election.candidate_of(first);
  ASSERT_NE(elected, nullptr);
  EXPECT_EQ(lines_of(election.diary).size(), 1u);
  elected->signal(SIGKILL);
  const auto second = election.command(1);
  EXPECT_TRUE(world::dead(first));
  EXPECT_FALSE(world::dead(second));
}

TEST(LockctlElect, StandsAgainWhenItHasLostTheLock) {
  Election election;
  const auto first = election.command(0);
  auto* elected = election.candidate_of(first);
  ASSERT_NE(elected, nullptr);
  elected->signal(SIGSTOP);
  const auto second = election.command(1);
  EXPECT_TRUE(world::dead(first));
  elected->signal(SIGCONT);
  EXPECT_TRUE(eventually([&] { return elected->err().find("stands for") != std::string::npos; }, 60s))
      << elected->err();
  EXPECT_FALSE(world::dead(second));
  EXPECT_FALSE(world::dead(elected->pid()));
}

TEST(LockctlElect, EndsWithTheCodeOfACommandThatEndsByItselfAndHandsOver) {
  Election election;
  const auto first = election.command(0);
  auto* elected = election.candidate_of(first);
  ASSERT_NE(elected, nullptr);
  ::kill(first, SIGTERM);
  EXPECT_EQ(elected->wait().code, 128 + SIGTERM);
  EXPECT_FALSE(world::dead(election.command(1)));
}

}  // namespace
