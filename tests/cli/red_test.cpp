// lockctl run --red, against three clusters that know nothing of each other.
#include <filesystem>
#include <gtest/gtest.h>
#include <memory>

#include "lockctl_world.hpp"

namespace {

using namespace std::chrono_literals;
using world::eventually;

struct OneServer {
  OneServer() {
    std::filesystem::create_directories(folder);
    const auto up = dev({"up", "--servers", "1"});
    EXPECT_EQ(up.code, 0) << up.err;
    endpoint = up.out.substr(0, up.out.find('\n'));
  }
  ~OneServer() { dev({"down"}); }
  void kill() const { EXPECT_EQ(dev({"kill", "1"}).code, 0); }

  world::Outcome dev(std::vector<std::string> words) const {
    words.insert(words.begin(), {world::lockctl(), "-q", "dev"});
    words.insert(words.end(), {"--dir", folder});
    return world::Running(words, {}, world::folder()).wait();
  }
  const std::string folder = world::folder() + "/" + world::fresh_name();
  std::string endpoint;
};

class LockctlRed : public testing::Test {
 protected:
  std::string endpoints() const {
    return clusters_[0].endpoint + ";" + clusters_[1].endpoint + ";" + clusters_[2].endpoint;
  }
  std::unique_ptr<world::Running> start(std::vector<std::string> words) const {
    words.insert(words.begin(), {world::lockctl(), "--endpoints", endpoints()});
    return std::make_unique<world::Running>(
        words, world::Environment{{"LOCKD_TOKEN", "7"}, {"LOCKD_SESSION", "8"}}, world::folder());
  }
  static std::vector<std::string> run(std::vector<std::string> flags, const std::string& script) {
    flags.insert(flags.begin(), {"run", "--red"});
    flags.insert(flags.end(), {"--", "sh", "-c", script});
    return flags;
  }
  // Of this test alone.
  static std::string file() { return world::folder() + "/red" + world::fresh_name().substr(5); }

  OneServer clusters_[3];
};

TEST_F(LockctlRed, RunsUnderAllClustersAndUnderTwoButNotUnderOne) {
  const auto all = start(run({"red"}, "echo ran; exit 7"))->wait();
  EXPECT_EQ(all.code, 7) << all.err;
  EXPECT_EQ(all.out, "ran\n");
  clusters_[1].kill();
  const auto two = start(run({"red"}, "echo ran; exit 7"))->wait();
  EXPECT_EQ(two.code, 7) << two.err;
  EXPECT_EQ(two.out, "ran\n");
  clusters_[0].kill();
  const auto one = start(run({"-t", "2s", "-w", "3s", "red"}, "echo ran"))->wait();
  EXPECT_EQ(one.code, 124) << one.err;
  EXPECT_EQ(one.out, "");
  EXPECT_NE(one.err.find("of 3 clusters granted it, 2 are needed"), std::string::npos) << one.err;
}

// Also where an outer lockctl run has left one.
TEST_F(LockctlRed, GivesTheCommandNoToken) {
  const auto end = start(run({"red"}, "echo $LOCKD_LOCK ${LOCKD_TOKEN-none} ${LOCKD_SESSION-none}"))->wait();
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_EQ(end.out, "red none none\n");
}

TEST_F(LockctlRed, IsHeldByOneAtATime) {
  const auto ready = file(), go = file(), diary = file();
  const auto first = start(run({"red"}, "echo in >> " + diary + "; echo 1 > " + ready + "; until [ -e " + go +
                                            " ]; do sleep 0.01; done; echo out >> " + diary));
  ASSERT_TRUE(eventually([&] { return world::pid_in(ready) != 0; })) << first->err();
  const auto impatient = start(run({"-n", "red"}, "echo ran"))->wait();
  EXPECT_EQ(impatient.code, 124) << impatient.err;
  EXPECT_EQ(impatient.out, "");
  const auto other = start(run({"elsewhere"}, "echo ran"))->wait();
  EXPECT_EQ(other.out, "ran\n") << other.err;
  const auto second = start(run({"red"}, "echo in >> " + diary + "; echo out >> " + diary));
  const auto third = start(run({"red"}, "echo in >> " + diary + "; echo out >> " + diary));
  start(run({"-w", "300ms", "red"}, "echo in >> " + diary))->wait();
  EXPECT_EQ(world::read_file(diary), "in\n");
  start({"run", "--red", "elsewhere", "--", "touch", go})->wait();
  for (const auto* each : {&first, &second, &third}) EXPECT_EQ((*each)->wait().code, 0) << (*each)->err();
  EXPECT_EQ(world::read_file(diary), "in\nout\nin\nout\nin\nout\n");
}

TEST_F(LockctlRed, OutlivesOneClusterAndEndsTheCommandWhenTheMajorityIsGone) {
  const auto pid = file();
  const auto running = start(run({"-t", "3s", "red"}, "echo $$ > " + pid + "; exec sleep 300"));
  ASSERT_TRUE(eventually([&] { return world::pid_in(pid) != 0; })) << running->err();
  clusters_[2].kill();
  // What the other two can't grant to another, it still holds.
  const auto other = start(run({"-w", "6s", "-t", "2s", "red"}, "echo ran"))->wait();
  EXPECT_EQ(other.code, 124) << other.err;
  EXPECT_FALSE(world::dead(world::pid_in(pid)));
  clusters_[0].kill();
  const auto end = running->wait();
  EXPECT_EQ(end.code, 122) << end.err;
  EXPECT_TRUE(world::dead(world::pid_in(pid)));
}

TEST_F(LockctlRed, IsFreeOnAllClustersOnceTheCommandHasEnded) {
  ASSERT_EQ(start(run({"-t", "5m", "red"}, "exit 3"))->wait().code, 3);
  for (const auto& cluster : clusters_) {
    const auto end = world::Running({world::lockctl(), "--endpoints", cluster.endpoint, "run", "-w", "20s",
                                     "red", "--", "echo", "ran"},
                                    {}, world::folder())
                         .wait();
    EXPECT_EQ(end.out, "ran\n") << end.err;
  }
}

TEST(LockctlRedUsage, IsForRunAlone) {
  for (const auto& verb : {"acquire", "once"}) {
    std::vector<std::string> words{
        world::lockctl(), "--endpoints", "127.0.0.1:1;127.0.0.1:2;127.0.0.1:3", verb, "--red", "red"};
    if (std::string(verb) == "once") words.insert(words.end(), {"--", "true"});
    const auto end = world::Running(words, {}, world::folder()).wait();
    EXPECT_EQ(end.code, std::string(verb) == "once" ? 125 : 2) << verb << end.err;
    EXPECT_NE(end.err.find("--red"), std::string::npos) << end.err;
  }
}

TEST(LockctlRedUsage, WantsSeveralClustersAndNoMaximumHold) {
  const auto of = [](const std::string& endpoints, std::vector<std::string> words) {
    words.insert(words.begin(), {world::lockctl(), "--endpoints", endpoints, "run", "--red"});
    return world::Running(words, {}, world::folder()).wait();
  };
  const auto alone = of("127.0.0.1:1,127.0.0.1:2", {"red", "--", "true"});
  EXPECT_EQ(alone.code, 125);
  EXPECT_NE(alone.err.find("several clusters"), std::string::npos) << alone.err;
  const auto bounded = of("127.0.0.1:1;127.0.0.1:2", {"--max-hold", "5s", "red", "--", "true"});
  EXPECT_EQ(bounded.code, 125);
  EXPECT_NE(bounded.err.find("--max-hold"), std::string::npos) << bounded.err;
}

}  // namespace
