#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <memory>

#include "lockctl_world.hpp"

namespace {

using world::ctl;
using world::eventually;
using world::lines_of;

world::Outcome fence(const std::string& file, int token, const std::string& script) {
  return world::Running(
             {world::lockctl(), "fence", file, "--token", std::to_string(token), "--", "sh", "-c", script},
             {}, world::folder())
      .wait();
}

TEST(LockctlFence, RunsTheCommandWithTheHighestTokenSoFarAndRefusesALower) {
  const auto file = world::folder() + "/fence1";
  EXPECT_EQ(fence(file, 7, "exit 3").code, 3);
  EXPECT_EQ(world::read_file(file), "7\n");
  EXPECT_EQ(fence(file, 7, "exit 0").code, 0);
  const auto late = fence(file, 6, "echo ran");
  EXPECT_EQ(late.code, 122);
  EXPECT_EQ(late.out, "");
  EXPECT_NE(late.err.find("older than 7"), std::string::npos) << late.err;
  EXPECT_EQ(fence(file, 100, "exit 0").code, 0);
  EXPECT_EQ(world::read_file(file), "100\n");
}

TEST(LockctlFence, TakesTheTokenOfTheLockItRunsUnder) {
  const auto file = world::folder() + "/fence2";
  const auto end = ctl({"run", world::fresh_name(), "--", "sh", "-c",
                        "echo $LOCKD_TOKEN; exec " + world::lockctl() + " fence " + file + " -- true"});
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_EQ(world::read_file(file), end.out);
}

TEST(LockctlFence, RefusesAFileOfAnotherKindAndLeavesItAlone) {
  for (const std::string content : {"secret\n", "12 apples\n", "-3\n", "7"}) {
    const auto file = world::folder() + "/fence3";
    std::filesystem::remove(file);
    std::ofstream(file) << content;
    const auto end = fence(file, 9, "echo ran");
    EXPECT_EQ(end.code, 125) << content;
    EXPECT_NE(end.err.find("no token"), std::string::npos) << end.err;
    EXPECT_EQ(end.out, "");
    EXPECT_EQ(world::read_file(file), content);
  }
}

TEST(LockctlFence, ANewerHolderWaitsForTheOldersCommand) {
  const auto file = world::folder() + "/fence4", diary = world::folder() + "/fence4.diary";
  const auto begin = [&](int token, const std::string& script) {
    return std::make_unique<world::Running>(
        std::vector<std::string>{world::lockctl(), "fence", file, "--token", std::to_string(token), "--",
                                 "sh", "-c", script},
        world::Environment{}, world::folder());
  };
  const auto go = world::folder() + "/fence4.go";
  const auto older = begin(1, "echo begun >> " + diary + "; while [ ! -e " + go +
                                  " ]; do sleep 0.01; done; echo ended >> " + diary);
  ASSERT_TRUE(eventually([&] { return lines_of(diary).size() == 1; }));
  const auto newer = begin(2, "echo newer >> " + diary);
  // Until it stands at the file: it says nothing, but the kernel does.
  ASSERT_TRUE(eventually([&] { return world::read_file("/proc/locks").find("->") != std::string::npos; }));
  EXPECT_EQ(lines_of(diary), (std::vector<std::string>{"begun"}));
  EXPECT_EQ(world::Running({"touch", go}, {}, world::folder()).wait().code, 0);
  EXPECT_EQ(older->wait().code, 0);
  EXPECT_EQ(newer->wait().code, 0);
  EXPECT_EQ(lines_of(diary), (std::vector<std::string>{"begun", "ended", "newer"}));
}

// Many at once: whatever order they come in, the tokens of those that ran never fall.
TEST(LockctlFence, CommandsNeverRunWithFallingTokens) {
  const auto file = world::folder() + "/fence5", diary = world::folder() + "/fence5.diary";
  std::vector<std::unique_ptr<world::Running>> all;
  for (int i = 0; i < 40; ++i) {
    const auto token = std::to_string(1 + (i * 17) % 40);
    all.push_back(std::make_unique<world::Running>(
        std::vector<std::string>{world::lockctl(), "fence", file, "--token", token, "--", "sh", "-c",
                                 "echo " + token + " >> " + diary},
        world::Environment{}, world::folder()));
  }
  std::size_t ran = 0;
  for (const auto& one : all) {
    const auto code = one->wait().code;
    EXPECT_TRUE(code == 0 || code == 122) << code;
    ran += code == 0 ? 1 : 0;
  }
  const auto lines = lines_of(diary);
  EXPECT_EQ(lines.size(), ran);
  int highest = 0;
  for (const auto& line : lines) {
    EXPECT_GE(std::stoi(line), highest);
    highest = std::stoi(line);
  }
  EXPECT_EQ(highest, 40);
}

}  // namespace
