// One test a rule: Raft §8; Ongaro §6.4. RULES.md says which rules have theirs elsewhere.
#include <gtest/gtest.h>

#include "tests/core/raft/cluster.hpp"

namespace raft_test {
namespace {

using namespace raft;

Cluster five_with_leader_1() {
  Cluster cluster(5);
  cluster.elect(1);
  return cluster;
}

// §8; §6.4: a read needs no entry in the log, and no disk.
TEST(PaperRead, WritesNothing) {
  auto cluster = five_with_leader_1();
  cluster.read(1);
  cluster.communicate();
  EXPECT_EQ(cluster.at(NodeId(1)).ready.size(), 1u);
  for (std::uint64_t id = 1; id <= 5; ++id) EXPECT_EQ(cluster.raft(id).log().last_index(), Index(1));
}

// §6.4, step 2: the read index is what was committed when its round began, not what was when the answers
// came.
TEST(PaperRead, IsOfTheCommitIndexAtItsRound) {
  auto cluster = five_with_leader_1();
  cluster.read(1);
  cluster.propose(1);
  auto heartbeats = std::exchange(cluster.bag(), {});
  for (const auto& envelope : heartbeats) {
    if (std::holds_alternative<Append>(envelope.message)) cluster.bag().push_back(envelope);
  }
  cluster.communicate();
  ASSERT_EQ(cluster.raft(1).commit(), Index(2));
  ASSERT_TRUE(cluster.at(NodeId(1)).ready.empty());
  std::erase_if(heartbeats, [](const Envelope& e) { return std::holds_alternative<Append>(e.message); });
  cluster.bag() = std::move(heartbeats);
  cluster.communicate();
  ASSERT_EQ(cluster.at(NodeId(1)).ready.size(), 1u);
  EXPECT_EQ(cluster.at(NodeId(1)).ready[0].index, Index(1));
}

// §6.4, step 3: a majority confirms; it needn't be everybody, and half of the others with the leader
// suffices.
TEST(PaperRead, AMajorityConfirms) {
  auto cluster = five_with_leader_1();
  cluster.isolate(4);
  cluster.isolate(5);
  cluster.read(1);
  cluster.communicate();
  EXPECT_EQ(cluster.at(NodeId(1)).ready.size(), 1u);
  cluster.isolate(3);
  cluster.read(1);
  cluster.communicate();
  EXPECT_EQ(cluster.at(NodeId(1)).ready.size(), 1u);
}

// §6.4: reads that come while a round is under way share the next one.
TEST(PaperRead, ManyShareARound) {
  auto cluster = five_with_leader_1();
  cluster.read(1);
  for (int i = 0; i < 10; ++i) cluster.read(1);
  EXPECT_EQ(cluster.sent_to<Heartbeat>(2).size(), 1u);
  std::size_t rounds = 1;
  for (int steps = 0; steps < 1000 && !cluster.bag().empty(); ++steps) {
    const bool to_2 = cluster.bag()[0].to == NodeId(2);
    rounds += to_2 && cluster.bag()[0].from == NodeId(1) ? 1 : 0;
    cluster.deliver(0);
  }
  EXPECT_EQ(rounds - 1, 2u);
  EXPECT_EQ(cluster.at(NodeId(1)).ready.size(), 11u);
}

}  // namespace
}  // namespace raft_test
