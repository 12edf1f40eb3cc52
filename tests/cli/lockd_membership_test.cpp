// Whole programs that join a cluster, leave it, and are restarted under load.
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <memory>

#include "net/client_driver.hpp"
#include "tests/cli/lockctl_world.hpp"
#include "tests/cli/lockd_program.hpp"
#include "tests/net/loopback.hpp"

namespace lockd_test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class LockdMembers : public testing::Test {
 protected:
  LockdMembers() {
    std::string pattern = (fs::temp_directory_path() / "lockd-members-XXXXXX").string();
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  ~LockdMembers() override {
    servers_.clear();
    fs::remove_all(folder_);
  }

  std::string data(int server) const { return (folder_ / std::to_string(server)).string(); }
  std::string at(int server) const {
    return testing_net::own_loopback_address() + ":" + std::to_string(7100 + server);
  }
  std::string founders() const { return at(1) + "," + at(2) + "," + at(3); }

  Program& run(int server, std::vector<std::string> words) {
    words.insert(words.begin(), {"--data", data(server), "--listen", at(server)});
    servers_[server] = std::make_unique<Program>(std::move(words));
    return *servers_[server];
  }
  Program& found(int server) { return run(server, {"--bootstrap", founders()}); }
  void found_three() {
    for (int server = 1; server <= 3; ++server) found(server);
    ASSERT_TRUE(std::holds_alternative<lock::Members>(ask(lock::GetMembers{})));
  }
  Program& join(int server, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"--join", founders()});
    return run(server, std::move(more));
  }

  lock::Reply ask(const lock::Admin& request) {
    boost::asio::io_context io;
    client::Config config;
    for (int server = 1; server <= 5; ++server) config.endpoints.push_back(at(server));
    net::ClientDriver driver(io, config);
    lock::Reply reply = lock::Refused{"no answer"};
    driver.begin(request, std::chrono::seconds(20), [&](const client::Finished& finished) {
      if (const auto* answered = std::get_if<lock::Reply>(&finished.outcome)) reply = *answered;
      io.stop();
    });
    io.run();
    return reply;
  }
  void remove(int server) {
    const auto reply = ask(lock::ChangeMembers{
        .promote = {}, .remove = {base::NodeId(static_cast<std::uint64_t>(server))}, .priorities = {}});
    EXPECT_TRUE(std::holds_alternative<lock::MembersChanged>(reply)) << lock::name_of(reply);
  }

  // It doesn't get as far as to serve.
  void expect_end(Program& lockd, int code, const std::string& text) {
    EXPECT_EQ(lockd.exit_code(), code) << lockd.output();
    EXPECT_THAT(lockd.output(), HasSubstr(text));
  }
  void restart(int server, int signal) {
    servers_[server]->signal(signal);
    servers_[server]->exit_code();
    found(server);
    ASSERT_TRUE(servers_[server]->says("serving on")) << servers_[server]->output();
  }

  fs::path folder_;
  std::map<int, std::unique_ptr<Program>> servers_;
};

TEST_F(LockdMembers, JoinAndVoteAndGoOnByTheSameWordsOrTheirFolder) {
  found_three();
  ASSERT_TRUE(join(4).says("lockd[4]: members: 1, 2, 3 and 4 vote\n")) << servers_[4]->output();
  servers_[4]->signal(SIGTERM);
  EXPECT_EQ(servers_[4]->exit_code(), 0) << servers_[4]->output();
  EXPECT_FALSE(fs::exists(data(4) + "/incarnation"));
  ASSERT_TRUE(join(4).says("lockd[4]: serving on " + at(4))) << servers_[4]->output();
  servers_[4]->signal(SIGKILL);
  servers_[4]->exit_code();
  ASSERT_TRUE(run(4, {}).says("lockd[4]: serving on " + at(4))) << servers_[4]->output();
  const auto members = std::get<lock::Members>(ask(lock::GetMembers{}));
  EXPECT_EQ(members.members.size(), 4u);
}

TEST_F(LockdMembers, JoinAsLearnersForGoodWithAPriority) {
  found_three();
  auto& learner = join(4, {"--learner", "--priority", "7"});
  ASSERT_TRUE(learner.says("members: 1, 2 and 3 vote, 4 learns\n")) << learner.output();
  const auto members = std::get<lock::Members>(ask(lock::GetMembers{}));
  ASSERT_EQ(members.members.size(), 4u);
  EXPECT_EQ(members.members[3].role, "learner");
  EXPECT_EQ(members.members[3].priority, 7u);
  EXPECT_FALSE(members.members[3].promote);
}

TEST_F(LockdMembers, ThatWereKilledBeforeTheirStoreWasMadeGetTheSameId) {
  found_three();
  fs::create_directory(data(4));
  std::ofstream(data(4) + "/incarnation") << "12345\n";
  const auto first = ask(lock::AddMember{at(4), 12345, true, 1});
  ASSERT_EQ(std::get<lock::MemberAdded>(first).id, base::NodeId(4));
  EXPECT_TRUE(join(4).says("lockd[4]: members: 1, 2, 3 and 4 vote")) << servers_[4]->output();
}

TEST_F(LockdMembers, ThatAreRemovedStopWith0AndStayDownWith78) {
  found_three();
  remove(3);
  expect_end(*servers_[3], 0, "server 3 has been removed from its cluster and stops for good");
  expect_end(found(3), 78, "is of server 3, which has been removed from its cluster");
  expect_end(run(3, {}), 78, "is of server 3, which has been removed from its cluster");
}

TEST_F(LockdMembers, ThatDiedAreReplaced) {
  found_three();
  servers_[2]->signal(SIGKILL);
  servers_[2]->exit_code();
  ASSERT_TRUE(join(4).says("members: 1, 2, 3 and 4 vote\n")) << servers_[4]->output();
  remove(2);
  EXPECT_TRUE(servers_[4]->says("members: 1, 3 and 4 vote\n")) << servers_[4]->output();
  // Its address is free for a newcomer, who is somebody else.
  fs::remove_all(data(2));
  EXPECT_TRUE(join(2).says("lockd[5]: members: 1, 3, 4 and 5 vote\n")) << servers_[2]->output();
}

TEST_F(LockdMembers, CannotJoinAtAnAddressThatAMemberHas) {
  found_three();
  servers_[2]->signal(SIGKILL);
  servers_[2]->exit_code();
  fs::remove_all(data(2));
  expect_end(join(2), 78, "the cluster refuses: server 2 has the address " + at(2));
  EXPECT_FALSE(fs::exists(data(2) + "/lockd.db"));
}

TEST_F(LockdMembers, CannotJoinAClusterThatIsNotThere) {
  expect_end(join(4, {"--join-within", "300ms"}), 69, "--join: no leader of the cluster has answered");
}

TEST_F(LockdMembers, CannotJoinWithTheFolderOfAFounderOrOfAnotherCluster) {
  found_three();
  servers_[3]->signal(SIGTERM);
  servers_[3]->exit_code();
  expect_end(run(3, {"--join", at(1)}), 78,
             "of a cluster that it helped to bootstrap: start it without --join");
  ASSERT_TRUE(join(4).says("lockd[4]: members: 1, 2, 3 and 4 vote"));
  servers_[4]->signal(SIGTERM);
  servers_[4]->exit_code();
  ASSERT_TRUE(run(5, {"--bootstrap", at(5)}).says("leader of term"));
  expect_end(run(4, {"--join", at(5)}), 78, "holds the store of a server of another cluster");
}

TEST_F(LockdMembers, ALeaderThatIsToldToStopHandsLeadershipOver) {
  found_three();
  const auto members = std::get<lock::Members>(ask(lock::GetMembers{})).members;
  for (const auto& member : members) {
    if (member.role != "leader") continue;
    auto& leader = *servers_.at(static_cast<int>(member.id.value));
    leader.signal(SIGTERM);
    EXPECT_EQ(leader.exit_code(), 0);
    EXPECT_THAT(leader.output(), HasSubstr(" leads now\n"));
  }
}

// Two rounds, the second by kill -9: no acknowledged write is lost.
TEST_F(LockdMembers, AreRestartedOneByOneUnderLoadAndLoseNothing) {
  found_three();
  const auto history = (folder_ / "history").string();
  world::Running bench(
      {LOCKD_BINARY_DIR "/lockctl", "--endpoints", founders(), "bench", "--workload", "mixed", "--clients",
       "6", "--names", "4", "--warmup", "0s", "--secs", "12s", "--history", history},
      {}, folder_.string());
  for (const int signal : {SIGTERM, SIGKILL}) {
    for (int server = 1; server <= 3; ++server) {
      restart(server, signal);
      ASSERT_TRUE(std::holds_alternative<lock::Members>(ask(lock::GetMembers{})));
    }
  }
  const auto loaded = bench.wait();
  EXPECT_EQ(loaded.code, 0) << loaded.err;
  const auto checked =
      world::Running({LOCKD_BINARY_DIR "/raftsim", "check", history}, {}, folder_.string()).wait();
  EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
}

}  // namespace
}  // namespace lockd_test
