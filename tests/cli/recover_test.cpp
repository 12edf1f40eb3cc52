// lockd recover: two of three are gone for good, and the third goes on alone.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>

#include "tests/cli/lockctl_world.hpp"
#include "tests/cli/lockd_program.hpp"
#include "tests/net/loopback.hpp"

namespace lockd_test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Recover : public testing::Test {
 protected:
  Recover() {
    std::string pattern = (fs::temp_directory_path() / "lockd-recover-XXXXXX").string();
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  ~Recover() override { fs::remove_all(folder_); }

  std::string data(int server) const { return (folder_ / std::to_string(server)).string(); }
  std::string at(int server) const {
    return testing_net::own_loopback_address() + ":" + std::to_string(7300 + server);
  }
  std::string members() const { return at(1) + "," + at(2) + "," + at(3); }
  std::vector<std::string> bootstrapping(int server, const std::string& of) const {
    return {"--data", data(server), "--listen", at(server), "--bootstrap", of};
  }

  world::Outcome recover(const std::string& words) {
    const std::string line = "exec " LOCKD_BINARY_DIR "/lockd recover " + words;
    return world::Running({"/bin/sh", "-c", line}, {}, folder_.string()).wait();
  }
  world::Outcome ctl(int server, std::vector<std::string> words) {
    words.insert(words.begin(), {LOCKD_BINARY_DIR "/lockctl", "--endpoints", at(server)});
    return world::Running(words, {}, folder_.string()).wait();
  }
  std::uint64_t acquired(int server, const std::string& name) {
    const auto end = ctl(server, {"acquire", "-w", "30s", name});
    EXPECT_EQ(end.code, 0) << end.err;
    return end.code == 0 ? std::stoull(end.out) : 0;
  }
  void expect_refusal(const world::Outcome& end, int code, const std::string& text) {
    EXPECT_EQ(end.code, code) << end.err;
    EXPECT_THAT(end.err, HasSubstr(text));
    EXPECT_EQ(std::ranges::count(end.err, '\n'), 1) << end.err;
  }
  // A server alone, which has led.
  void make_one() {
    Program lockd(bootstrapping(1, at(1)));
    ASSERT_TRUE(lockd.says("leader of term")) << lockd.output();
    lockd.signal(SIGTERM);
    ASSERT_EQ(lockd.exit_code(), 0) << lockd.output();
  }

  fs::path folder_;
};

TEST_F(Recover, MakesAClusterOfTheOnlySurvivorOfThree) {
  std::uint64_t before = 0;
  {
    Program one(bootstrapping(1, members())), two(bootstrapping(2, members())),
        three(bootstrapping(3, members()));
    ASSERT_TRUE(three.says("serving on"));
    before = acquired(1, "before");
    ASSERT_NE(before, 0u) << one.output() << two.output() << three.output();
    for (auto* server : {&one, &two, &three}) server->signal(SIGKILL);
    for (auto* server : {&one, &two, &three}) EXPECT_EQ(server->exit_code(), 128 + SIGKILL);
  }
  const auto asked = recover("--data " + data(3));
  expect_refusal(asked, 64, "nothing was changed: give --yes");
  EXPECT_THAT(asked.out, HasSubstr("3 at " + at(3) + ", voter, this one"));
  EXPECT_THAT(asked.out, HasSubstr("The other servers (1, 2) must never be started again"));
  EXPECT_THAT(asked.out, HasSubstr("Nothing is granted for 1d"));

  const auto done = recover("--data " + data(3) + " --yes --grant-after 2s");
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("may then have two holders"));

  const auto started = std::chrono::steady_clock::now();
  Program alone({"--data", data(3)});
  ASSERT_TRUE(alone.says("leader of term")) << alone.output();
  EXPECT_GT(acquired(3, "after"), before + (std::uint64_t{1} << 39));
  EXPECT_GE(std::chrono::steady_clock::now() - started, std::chrono::milliseconds(1990));
  EXPECT_THAT(ctl(3, {"status", "lockd/recovered"}).out, HasSubstr("from server 3 of cluster"));

  // What should not be: one of the old servers is started again.
  Program old({"--data", data(1)});
  EXPECT_TRUE(alone.says("of another cluster")) << alone.output();
}

TEST_F(Recover, LeavesNothingToTheWordsThatBootstrapped) {
  make_one();
  ASSERT_EQ(recover("--data " + data(1) + " --yes").code, 0);
  Program lockd(bootstrapping(1, at(1)));
  EXPECT_EQ(lockd.exit_code(), 78) << lockd.output();
  EXPECT_THAT(lockd.output(), HasSubstr("the cluster that lockd recover has made of it"));
}

TEST_F(Recover, CanBeDoneAgainWithTokensThatAreHigherStill) {
  make_one();
  ASSERT_EQ(recover("--data " + data(1) + " --yes").code, 0);
  const auto again = recover("--data " + data(1) + " --yes");
  ASSERT_EQ(again.code, 0);
  EXPECT_THAT(again.out, HasSubstr("Tokens go on above 2199023255552"));
}

TEST_F(Recover, RefusesAFolderInWhichAServerWorksWith74) {
  Program lockd(bootstrapping(1, at(1)));
  ASSERT_TRUE(lockd.says("serving on"));
  expect_refusal(recover("--data " + data(1) + " --yes"), 74, "is in use by another lockd");
}

TEST_F(Recover, RefusesAFolderWithoutAStoreWith78) {
  expect_refusal(recover("--data " + data(1) + " --yes"), 78, "holds no store");
  EXPECT_FALSE(fs::exists(data(1)));
}

TEST_F(Recover, RefusesWrongUsageWith64) {
  expect_refusal(recover(""), 64, "--data");
  expect_refusal(recover("--data " + data(1) + " --grant-after 31d"), 64, "no lease is longer than 30d");
  expect_refusal(recover("--data " + data(1) + " --grant-after soon"), 64, "--grant-after: ");
  EXPECT_EQ(recover("--help").code, 0);
}

TEST_F(Recover, AsksOnATerminalAndTakesOnlyYesForYes) {
  make_one();
  int terminal = -1;
  const auto child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (child == 0) {
    ::execl(LOCKD_BINARY_DIR "/lockd", "lockd", "recover", "--data", data(1).c_str(), nullptr);
    ::_exit(127);
  }
  ASSERT_EQ(::write(terminal, "y\n", 2), 2);
  std::string said;
  char bytes[4096];
  for (auto n = ::read(terminal, bytes, sizeof bytes); n > 0; n = ::read(terminal, bytes, sizeof bytes))
    said.append(bytes, static_cast<std::size_t>(n));
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ::close(terminal);
  EXPECT_EQ(WEXITSTATUS(status), 1);
  EXPECT_THAT(said, HasSubstr("Type yes to go on"));
  EXPECT_THAT(said, HasSubstr("nothing was changed"));
  Program lockd(bootstrapping(1, at(1)));
  EXPECT_TRUE(lockd.says("serving on")) << lockd.output();
}

TEST_F(Recover, IsNotWhatADeletedDatabaseNeedsAndNeitherIsBootstrap) {
  make_one();
  fs::remove(data(1) + "/lockd.db");
  Program lockd(bootstrapping(1, at(1)));
  EXPECT_EQ(lockd.exit_code(), 78) << lockd.output();
  EXPECT_THAT(lockd.output(), HasSubstr("`lockd --join` with an empty folder"));
  EXPECT_FALSE(fs::exists(data(1) + "/lockd.db"));
  EXPECT_EQ(recover("--data " + data(1) + " --yes").code, 78);
}

}  // namespace
}  // namespace lockd_test
