// One test a rule: Raft §5.3, §5.4.2, §5.5; Ongaro §3.8, §10.2. RULES.md says which rules have theirs
// elsewhere.
#include <gtest/gtest.h>

#include "tests/core/raft/cluster.hpp"

namespace raft_test {
namespace {

using namespace raft;

Cluster three_with_leader_1() {
  Cluster cluster(3);
  cluster.elect(1);
  return cluster;
}

// §5.3: to everybody the first request goes out behind the leader's own last entry.
TEST(PaperLog, ANewLeaderBeginsBehindItsLastEntry) {
  Cluster cluster({{1, 1, 2}, {1}, {1, 1, 1}}, 2);
  cluster.pass(600ms);
  cluster.tick(1);
  cluster.inject(2, 1, PreVoteGranted{Term(3)});
  cluster.complete(NodeId(1));
  cluster.inject(2, 1, VoteGranted{Term(3)});
  ASSERT_TRUE(cluster.raft(1).is_leader());
  for (std::uint64_t id = 2; id <= 3; ++id) {
    const auto sent = cluster.sent_to<Append>(id);
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent[0].previous, (Position{Index(3), Term(2)}));
    ASSERT_EQ(sent[0].entries.size(), 1u);
    EXPECT_EQ(sent[0].entries[0].at, (Position{Index(4), Term(3)}));
  }
}

// §5.3: entries go to everybody at once; each knows its index and its term.
TEST(PaperLog, ALeaderSendsToEverybodyAtOnce) {
  auto cluster = three_with_leader_1();
  cluster.propose(1);
  for (std::uint64_t id = 2; id <= 3; ++id) {
    ASSERT_EQ(cluster.sent_to<Append>(id).size(), 1u);
    EXPECT_EQ(cluster.sent_to<Append>(id)[0].entries[0].at, (Position{Index(2), Term(1)}));
  }
}

// §5.3, leader append-only: whatever its followers hold, a leader's own log only grows.
TEST(PaperLog, ALeaderChangesNothingInItsOwnLog) {
  Cluster cluster({{1, 1, 2}, {1, 1, 1, 1}, {1, 1, 2, 2, 2}}, 2, [](Config config) {
    config.tuning.append_entries_max = 1;
    return config;
  });
  cluster.isolate(3);
  cluster.elect(1);
  cluster.heal();
  cluster.tick(1);
  cluster.communicate();
  std::vector<std::uint64_t> terms;
  for (Index i(1); i <= cluster.raft(1).log().last_index(); i = i.next())
    terms.push_back(cluster.raft(1).log().at(i).at.term.value);
  EXPECT_EQ(terms, (std::vector<std::uint64_t>{1, 1, 2, 3}));
  EXPECT_EQ(cluster.raft(3).log().last(), cluster.raft(1).log().last());
}

// §5.3, §5.5: to who doesn't answer a leader sends again, for ever.
TEST(PaperLog, WhoWasDownForLongCatchesUp) {
  auto cluster = three_with_leader_1();
  cluster.crash(NodeId(3));
  for (int i = 0; i < 20; ++i) cluster.propose(1);
  cluster.run(5s);
  cluster.restart(NodeId(3));
  cluster.run(200ms);
  EXPECT_EQ(cluster.raft(3).log().last_index(), Index(21));
  EXPECT_EQ(cluster.raft(3).commit(), Index(21));
}

// §5.5: every request may come twice; the second time changes nothing.
TEST(PaperLog, WhateverComesTwiceIsDoneOnce) {
  Cluster cluster({{1, 1, 2}, {1}, {1, 1, 1, 1}}, 2);
  cluster.pass(600ms);
  cluster.tick(1);
  for (int steps = 0; steps < 2000; ++steps) {
    for (std::uint64_t id = 1; id <= 3; ++id) {
      if (const auto n = cluster.at(NodeId(id)).pending.size(); n > 0) cluster.complete(NodeId(id), n);
    }
    if (cluster.bag().empty()) break;
    cluster.duplicate(0);
    cluster.deliver(cluster.bag().size() - 1);
    cluster.deliver(0);
  }
  ASSERT_TRUE(cluster.bag().empty());
  EXPECT_EQ(cluster.leader(), NodeId(1));
  EXPECT_EQ(cluster.raft(1).commit(), Index(4));
  for (std::uint64_t id = 2; id <= 3; ++id)
    EXPECT_EQ(cluster.raft(id).log().last(), (Position{Index(4), Term(3)}));
}

// §5.3: an entry that is committed commits all before it, those of former leaders too.
TEST(PaperCommit, AnEntryCommitsAllBeforeIt) {
  Cluster cluster({{1, 1, 2, 2}, {1}, {1}}, 2);
  cluster.elect(1);
  EXPECT_EQ(cluster.raft(1).commit(), Index(5));
}

// §5.3: followers learn what is committed from the next request, or from a heartbeat.
TEST(PaperCommit, FollowersLearnItFromTheNextRequest) {
  auto cluster = three_with_leader_1();
  cluster.propose(1);
  cluster.communicate();
  ASSERT_EQ(cluster.raft(1).commit(), Index(2));
  EXPECT_EQ(cluster.raft(2).commit(), Index(1));
  cluster.propose(1);
  cluster.communicate();
  EXPECT_EQ(cluster.raft(2).commit(), Index(2));
  cluster.tick(1);
  cluster.communicate();
  EXPECT_EQ(cluster.raft(2).commit(), Index(3));
}

// Ongaro §3.8: the commit index needs no disk: it is found again once an entry of a new term has committed.
TEST(PaperCommit, IsFoundAgainAfterAllHaveStopped) {
  auto cluster = three_with_leader_1();
  cluster.propose(1);
  cluster.communicate();
  for (std::uint64_t id = 1; id <= 3; ++id) cluster.crash(NodeId(id));
  for (std::uint64_t id = 1; id <= 3; ++id) cluster.restart(NodeId(id));
  EXPECT_EQ(cluster.raft(2).commit(), Index(0));
  cluster.elect(2);
  EXPECT_EQ(cluster.raft(2).commit(), Index(3));
}

// §5.3: one slow follower doesn't make the others wait, and a leader doesn't count it.
TEST(PaperCommit, DoesNotWaitForTheSlowest) {
  Cluster cluster(5);
  cluster.elect(1);
  cluster.isolate(4);
  cluster.isolate(5);
  cluster.propose(1);
  cluster.communicate();
  EXPECT_EQ(cluster.raft(1).commit(), Index(2));
}

// Ongaro §10.2.1: a leader sends before its own disk has the entry.
TEST(PaperDisk, ALeaderSendsBesideItsDisk) {
  auto cluster = three_with_leader_1();
  cluster.propose(1);
  EXPECT_EQ(cluster.at(NodeId(1)).pending.size(), 1u);
  EXPECT_EQ(cluster.raft(1).log().durable_index(), Index(1));
  EXPECT_EQ(cluster.sent_to<Append>(2).size(), 1u);
}

// Ongaro §10.2.2: a leader doesn't wait for an answer before the next entries, up to a bound.
TEST(PaperDisk, ALeaderSendsAheadUpToABound) {
  auto cluster = three_with_leader_1();
  for (int i = 0; i < 10; ++i) cluster.propose(1);
  EXPECT_EQ(cluster.sent_to<Append>(2).size(), 4u) << "inflight_messages_max";
  cluster.communicate();
  EXPECT_EQ(cluster.raft(2).log().last_index(), Index(11));
}

}  // namespace
}  // namespace raft_test
