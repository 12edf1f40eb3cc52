// What a catch-up costs: messages until a follower agrees, exactly, and what is at a snapshot's edge. Raft
// §5.3, §7.
#include <gtest/gtest.h>

#include "tests/core/raft/cluster.hpp"

namespace raft_test {
namespace {

using namespace raft;

// All that the leader sends 3 until 3 holds its whole log, once 3 can be heard again. Heartbeats don't count.
int messages_until_agreed(Cluster& cluster, std::uint64_t leader) {
  int sent = 0;
  cluster.tick(leader);
  for (int steps = 0; steps < 100'000 && cluster.raft(3).log().last() != cluster.raft(leader).log().last();
       ++steps) {
    for (std::uint64_t id = 1; id <= 3; ++id) {
      const auto pending = cluster.at(NodeId(id)).pending.size();
      if (pending != 0) cluster.complete(NodeId(id), pending);
    }
    if (cluster.bag().empty()) {
      cluster.tick(leader);  // what was lost is sent again after a while
      continue;
    }
    const auto& next = cluster.bag().front();
    const bool carries =
        std::holds_alternative<Append>(next.message) || std::holds_alternative<InstallSnapshot>(next.message);
    sent += carries && next.to == NodeId(3) ? 1 : 0;
    cluster.deliver(0);
  }
  EXPECT_EQ(cluster.raft(3).log().last(), cluster.raft(leader).log().last());
  return sent;
}

Config generous(Config config) {
  config.tuning.append_entries_max = 1024;
  config.tuning.inflight_messages_max = 16;
  return config;
}

// Server 3 holds `terms` terms of two entries each that the others lack, and they as many that it lacks.
int after_a_conflict(std::uint64_t terms) {
  std::vector<std::uint64_t> ours = {1}, theirs = {1};
  for (std::uint64_t i = 0; i < terms; ++i) {
    theirs.insert(theirs.end(), 2, 2 + 2 * i);
    ours.insert(ours.end(), 2, 3 + 2 * i);
  }
  Cluster cluster({ours, ours, theirs}, 3 + 2 * terms, generous);
  cluster.isolate(3);
  cluster.elect(1);
  cluster.heal();
  return messages_until_agreed(cluster, 1);
}

// One refused probe a term, and the one that fits.
TEST(CatchUp, CountsTheMessagesOfAConflict) {
  EXPECT_EQ(after_a_conflict(0), 1);
  EXPECT_EQ(after_a_conflict(1), 2);
  EXPECT_EQ(after_a_conflict(2), 3);
  EXPECT_EQ(after_a_conflict(8), 9);
}

// 10,000 entries in messages of 1,024.
TEST(CatchUp, CountsTheMessagesOfALongLag) {
  Cluster cluster({{1}, {1}, {1}}, 1, generous);
  cluster.elect(1);
  cluster.crash(NodeId(3));
  cluster.step(NodeId(1), [](Raft& raft, Instant now) {
    for (int i = 0; i < 10'000; ++i) raft.propose(now, Noop{});
  });
  cluster.restart(NodeId(3));
  EXPECT_EQ(messages_until_agreed(cluster, 1), 10);
}

// A snapshot of three pieces, and one message with what follows.
TEST(CatchUp, CountsTheMessagesOfASnapshot) {
  Cluster cluster({{1, 1, 1, 1, 1}, {1, 1, 1, 1, 1}, {1}}, 1, generous);
  cluster.isolate(3);
  cluster.elect(1);
  cluster.snapshot(1);
  cluster.propose(1);
  cluster.communicate();
  cluster.heal();
  ASSERT_EQ(cluster.raft(1).log().first_index(), Index(7));
  EXPECT_EQ(pieces_of(cluster.raft(1).log().snapshot()).size(), 3u);
  EXPECT_EQ(messages_until_agreed(cluster, 1), 4);
}

// §7: the entry behind a snapshot is compared with the snapshot's own last one.
TEST(CatchUp, ASnapshotsEdgeIsCompared) {
  Cluster cluster({{1, 1, 1}, {1, 1, 1}, {1, 1, 1}}, 1, generous);
  cluster.elect(1);
  cluster.run(100ms);
  cluster.snapshot(3);
  cluster.communicate();
  const auto edge = cluster.raft(3).log().snapshot().at;
  ASSERT_EQ(edge, (Position{Index(4), Term(2)}));
  EXPECT_EQ(cluster.raft(3).log().term_at(Index(4)), Term(2));
  EXPECT_FALSE(cluster.raft(3).log().term_at(Index(3)));
  cluster.propose(1);
  cluster.communicate();
  EXPECT_EQ(cluster.raft(3).log().last(), (Position{Index(5), Term(2)}));
}

// Else the follower would take no snapshot of its own for the rest of the term.
TEST(CatchUp, ForgetsASnapshotThatLateEntriesMakeNeedless) {
  Cluster cluster({{1}, {1}, {1}}, 1);
  const SnapshotMeta meta{{Index(3), Term(1)}, {3}, bootstrap(3)};
  cluster.inject(1, 3, InstallSnapshot{Term(1), meta, 0, false, pieces_of(meta)[0]});
  ASSERT_TRUE(cluster.raft(3).receives_snapshot());
  cluster.inject(1, 3, Append{Term(1), {Index(1), Term(1)}, Index(0), {entry(2, 1), entry(3, 1)}});
  EXPECT_FALSE(cluster.raft(3).receives_snapshot());
}

}  // namespace
}  // namespace raft_test
