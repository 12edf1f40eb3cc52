// Servers that come and go, on real sockets and disks.
#include <gtest/gtest.h>

#include "tests/net/support.hpp"

namespace testing_net {
namespace {

const std::vector<std::size_t> kFounders{0, 1, 2};

lock::Request open_session() {
  return lock::Command(lock::OpenSession{.ttl = lock::Millis(60'000), .who = "test"});
}

lock::Request remove(std::uint64_t id) {
  return lock::Admin(lock::ChangeMembers{.promote = {}, .remove = {base::NodeId(id)}, .priorities = {}});
}

std::size_t leader_of(Cluster& cluster) {
  EXPECT_TRUE(ask_leader(cluster, kFounders, open_session()));
  for (const auto server : kFounders) {
    if (cluster.leads(server)) return server;
  }
  ADD_FAILURE() << "nobody leads";
  return 0;
}

TEST(Membership, AServerThatJoinsLearnsTheLogAndThenVotes) {
  Cluster cluster(3);
  ASSERT_TRUE(ask_leader(cluster, kFounders, open_session()));
  cluster.join(3);
  ASSERT_TRUE(cluster.lines().wait_for("lockd[4]: members: 1, 2, 3 and 4 vote"));
  EXPECT_EQ(cluster.lines().count("lockd[4]: removed"), 0u);
  // Four vote, so without one of the founders the newcomer is needed.
  cluster.kill(0);
  EXPECT_TRUE(ask_leader(cluster, {1, 2, 3}, open_session()));
}

TEST(Membership, AServerThatJoinedIsThereAgainAfterACrash) {
  Cluster cluster(3);
  cluster.join(3);
  ASSERT_TRUE(cluster.lines().wait_for("lockd[4]: members: 1, 2, 3 and 4 vote"));
  cluster.kill(3);
  cluster.start(3);
  cluster.kill(0);
  EXPECT_TRUE(ask_leader(cluster, {1, 2, 3}, open_session()));
}

TEST(Membership, ARemovedFollowerIsToldSo) {
  Cluster cluster(3);
  const auto follower = (leader_of(cluster) + 1) % 3;
  const auto reply = ask_leader(cluster, kFounders, remove(follower + 1));
  ASSERT_TRUE(reply);
  EXPECT_TRUE(std::holds_alternative<lock::MembersChanged>(*reply)) << lock::name_of(*reply);
  const auto told = "lockd[" + std::to_string(follower + 1) + "]: removed";
  EXPECT_TRUE(cluster.lines().wait_for(told));
}

TEST(Membership, AServerThatMissedItsRemovalIsMadeOutByTheOthers) {
  Cluster cluster(3);
  const auto follower = (leader_of(cluster) + 1) % 3;
  cluster.kill(follower);
  ASSERT_TRUE(ask_leader(cluster, kFounders, remove(follower + 1)));
  cluster.start(follower);
  const auto line = "server " + std::to_string(follower + 1) + " at " + cluster.addresses()[follower] +
                    " calls, which was removed";
  EXPECT_TRUE(cluster.lines().wait_for(line, 2));
}

TEST(Membership, ARemovedLeaderIsToldSoAndAnotherLeads) {
  Cluster cluster(3);
  const auto leader = leader_of(cluster);
  std::vector<std::size_t> others = kFounders;
  std::erase(others, leader);
  ASSERT_TRUE(ask_leader(cluster, kFounders, remove(leader + 1)));
  EXPECT_TRUE(cluster.lines().wait_for("lockd[" + std::to_string(leader + 1) + "]: removed"));
  cluster.stop(leader);
  EXPECT_TRUE(ask_leader(cluster, others, open_session()));
}

TEST(Membership, NobodyKeepsACallOpenToAServerThatHasGone) {
  Cluster cluster(3);
  const auto follower = (leader_of(cluster) + 1) % 3;
  ASSERT_TRUE(ask_leader(cluster, kFounders, remove(follower + 1)));
  cluster.stop(follower);
  // At both of the others.
  EXPECT_TRUE(cluster.lines().wait_for(
      "server " + std::to_string(follower + 1) + " is no member: no longer connected to it", 2));
}

TEST(Membership, ALeaderThatRetiresHandsLeadershipOverFirst) {
  Cluster cluster(3);
  const auto leader = leader_of(cluster);
  cluster.retire(leader);
  EXPECT_FALSE(cluster.leads(leader));
  EXPECT_EQ(cluster.lines().count("leads now"), 1u);
}

TEST(Membership, ALeaderThatNobodyCanFollowRetiresAllTheSame) {
  Cluster cluster(3);
  const auto leader = leader_of(cluster);
  for (const auto server : kFounders) {
    if (server != leader) cluster.kill(server);
  }
  cluster.retire(leader);
  EXPECT_EQ(cluster.lines().count("leads now"), 0u);
}

TEST(Membership, FiguresOfSocketsAndDiskAreToldWithTheNodes) {
  Cluster cluster(3);
  ASSERT_TRUE(ask_leader(cluster, kFounders, open_session()));
  const auto reply = RawClient::ask_at(cluster.endpoint(0), lock::Admin(lock::GetMetrics{}));
  ASSERT_TRUE(reply);
  std::map<std::string, lock::Metric> rows;
  for (const auto& row : std::get<lock::Metrics>(*reply).metrics) {
    EXPECT_TRUE(rows.emplace(row.name, row).second) << row.name << " is told twice";
  }
  ASSERT_TRUE(rows.contains("lockd_raft_term"));
  EXPECT_EQ(rows["lockd_connections_clients"].value, 1u);
  EXPECT_EQ(rows["lockd_connections_peers"].value, 2u);
  EXPECT_EQ(rows["lockd_peer_links_connected"].value, 2u);
  EXPECT_GT(rows["lockd_peer_received_bytes_total"].value, 0u);
  EXPECT_GT(rows["lockd_peer_sent_frames_total"].value, 0u);
  EXPECT_GT(rows["lockd_disk_sync_nanoseconds"].value, 0u);
  EXPECT_EQ(rows["lockd_disk_sync_writes"].buckets.size(), base::Histogram::kBuckets);
}

}  // namespace
}  // namespace testing_net
