// Three servers on real sockets and disks.
#include <gtest/gtest.h>

#include "tests/net/support.hpp"

namespace testing_net {
namespace {

const std::vector<std::size_t> kAll{0, 1, 2};

lock::Request open_session() {
  return lock::Command(lock::OpenSession{.ttl = lock::Millis(60'000), .who = "test"});
}

TEST(Cluster, ElectsALeaderThatServesClients) {
  Cluster cluster(3);
  const auto reply = ask_leader(cluster, kAll, open_session());
  ASSERT_TRUE(reply);
  EXPECT_TRUE(std::holds_alternative<lock::SessionOpened>(*reply));
  EXPECT_GE(cluster.lines().count("leader of term"), 1u);
}

TEST(Cluster, AnswersForHealthAtEveryServer) {
  Cluster cluster(3);
  ASSERT_TRUE(ask_leader(cluster, kAll, open_session()));
  for (const auto server : kAll) {
    RawClient client(cluster.endpoint(server));
    client.say_hello();
    const auto hello = client.receive();
    ASSERT_TRUE(hello);
    EXPECT_EQ(hello->type, wire::FrameType::server_hello);
    const auto reply = client.ask(lock::Query(lock::GetHealth{}));
    ASSERT_TRUE(reply);
    const auto& health = std::get<lock::Health>(*reply);
    EXPECT_EQ(health.node, server + 1);
    EXPECT_EQ(health.cluster, 7u);
    EXPECT_EQ(health.members.size(), 3u);
    EXPECT_EQ(health.members[0], cluster.addresses()[0]);
  }
}

TEST(Cluster, KeepsASessionWhenEveryServerIsKilledAndStartedAgain) {
  Cluster cluster(3);
  const auto opened = ask_leader(cluster, kAll, open_session());
  ASSERT_TRUE(opened);
  const auto session = std::get<lock::SessionOpened>(*opened).session;
  for (const auto server : kAll) cluster.kill(server);
  for (const auto server : kAll) cluster.start(server);
  const auto reply = ask_leader(cluster, kAll, lock::Command(lock::KeepAlive{session}));
  ASSERT_TRUE(reply);
  EXPECT_TRUE(std::holds_alternative<lock::KeptAlive>(*reply)) << lock::name_of(*reply);
}

TEST(Cluster, GoesOnWithoutOneServerAndTakesItBack) {
  Cluster cluster(3);
  ASSERT_TRUE(ask_leader(cluster, kAll, open_session()));
  cluster.stop(0);
  ASSERT_TRUE(ask_leader(cluster, {1, 2}, open_session()));
  cluster.start(0);
  cluster.stop(1);
  // Two of three are left, so server 1 must have caught up for this to be answered.
  EXPECT_TRUE(ask_leader(cluster, {0, 2}, open_session()));
}

TEST(Cluster, SaysOnceThatAPeerIsGoneAndOnceThatItIsBack) {
  Cluster cluster(3);
  const std::string gone = "lockd[1]: server 2 at", back = "lockd[1]: connected to server 2";
  ASSERT_TRUE(cluster.lines().wait_for(back));
  // Server 1 may have been there before server 2.
  const auto before = cluster.lines().count(gone);
  cluster.kill(1);
  ASSERT_TRUE(cluster.lines().wait_for(gone, before + 1));
  // Many attempts fail meanwhile.
  ASSERT_TRUE(ask_leader(cluster, {0, 2}, open_session()));
  EXPECT_EQ(cluster.lines().count(gone), before + 1);
  EXPECT_EQ(cluster.lines().count(back), 1u);
  cluster.start(1);
  EXPECT_TRUE(cluster.lines().wait_for(back, 2));
}

}  // namespace
}  // namespace testing_net
