// Raft §5.3, §5.4.2, §8; Ongaro §6.4, §10.2.1.
#include <gtest/gtest.h>

#include "core/base/check.hpp"
#include "tests/core/raft/cluster.hpp"

namespace raft_test {
namespace {

using namespace raft;

Cluster three_with_leader_1() {
  Cluster cluster(3);
  cluster.elect(1);
  return cluster;
}

std::vector<std::uint64_t> terms_of(const Raft& raft) {
  std::vector<std::uint64_t> terms;
  for (Index i(1); i <= raft.log().last_index(); i = i.next())
    terms.push_back(raft.log().at(i).at.term.value);
  return terms;
}

// Raft §8: a new leader commits an entry of its own term first. The log's very first says who the members are.
TEST(Replication, ANewLeaderAppendsAnEntryOfItsTerm) {
  auto cluster = three_with_leader_1();
  ASSERT_EQ(cluster.raft(1).log().last_index(), Index(1));
  EXPECT_EQ(std::get<Configuration>(cluster.raft(1).log().at(Index(1)).payload), bootstrap(3));
  EXPECT_EQ(cluster.raft(1).commit(), Index(1));
  cluster.elect(2);
  EXPECT_TRUE(std::holds_alternative<Noop>(cluster.raft(2).log().at(Index(2)).payload));
}

// Raft §5.3: an entry is committed once a majority holds it; followers learn it with a later message.
TEST(Replication, AMajorityCommits) {
  auto cluster = three_with_leader_1();
  cluster.isolate(3);
  cluster.propose(1);
  cluster.communicate();
  EXPECT_EQ(cluster.raft(1).commit(), Index(2));
  cluster.tick(1);
  cluster.communicate();
  EXPECT_EQ(cluster.raft(2).commit(), Index(2));
}

TEST(Replication, AMinorityDoesNot) {
  auto cluster = three_with_leader_1();
  cluster.isolate(2);
  cluster.isolate(3);
  cluster.propose(1);
  cluster.communicate();
  EXPECT_EQ(cluster.raft(1).commit(), Index(1));
}

// Ongaro §10.2.1: the leader's disk works beside replication; a majority of the others may be quicker.
TEST(Replication, CommitsWithoutTheLeadersDiskWhereOthersSuffice) {
  auto cluster = three_with_leader_1();
  cluster.propose(1);
  ASSERT_EQ(cluster.at(NodeId(1)).pending.size(), 1u);
  while (!cluster.bag().empty()) {
    cluster.deliver(0);
    for (std::uint64_t id = 2; id <= 3; ++id) {
      if (!cluster.at(NodeId(id)).pending.empty()) cluster.complete(NodeId(id));
    }
  }
  EXPECT_EQ(cluster.raft(1).commit(), Index(2));
}

// Ongaro §10.2.1: the leader counts itself once its own disk has the entry, not before.
TEST(Replication, TheLeaderDoesNotCountItselfBeforeItsDisk) {
  auto cluster = three_with_leader_1();
  cluster.isolate(3);
  cluster.propose(1);
  while (!cluster.bag().empty()) {
    cluster.deliver(0);
    if (!cluster.at(NodeId(2)).pending.empty()) cluster.complete(NodeId(2));
  }
  EXPECT_EQ(cluster.raft(1).commit(), Index(1));
  cluster.complete(NodeId(1));
  EXPECT_EQ(cluster.raft(1).commit(), Index(2));
}

// Raft §5.3 and figure 2: nothing is acknowledged before it is on disk, not even when it comes a second time.
TEST(Replication, ARepeatedAppendIsAcknowledgedNoSoonerThanTheFirst) {
  Cluster cluster(3);
  const Append append{Term(1), {}, Index(0), {entry(1, 1)}};
  cluster.inject(2, 1, append);
  cluster.inject(2, 1, append);
  cluster.inject(2, 1, Append{Term(1), {Index(1), Term(1)}, Index(0), {}});
  EXPECT_TRUE(cluster.sent_to<AppendAccepted>(2).empty());
  cluster.complete(NodeId(1));
  EXPECT_EQ(cluster.sent_to<AppendAccepted>(2).size(), 3u);
}

// A heartbeat is answered at once, with what matches and what of it is durable.
TEST(Replication, AHeartbeatDoesNotWaitForTheDisk) {
  Cluster cluster({{1}, {1}, {1}}, 1);
  cluster.inject(2, 1, Append{Term(1), {Index(1), Term(1)}, Index(0), {entry(2, 1)}});
  cluster.inject(2, 1, Heartbeat{Term(1), Round(1), Index(0)});
  const auto replies = cluster.sent_to<HeartbeatReply>(2);
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0], (HeartbeatReply{Term(1), Round(1), Index(2), Index(1)}));
}

// Raft §5.3: a follower refuses entries whose predecessor it lacks, and says where it could match.
TEST(Replication, RefusesEntriesBehindAGap) {
  Cluster cluster({{1, 1}, {1}, {1}}, 4);
  cluster.inject(2, 1, Append{Term(4), {Index(5), Term(4)}, Index(5), {entry(6, 4)}});
  cluster.communicate();
  EXPECT_EQ(cluster.raft(1).log().last_index(), Index(2));
  EXPECT_EQ(cluster.raft(1).commit(), Index(0));
}

// Raft §5.3: only a conflict truncates; a late, shorter message of the same leader takes nothing away.
TEST(Replication, ALateShorterAppendTruncatesNothing) {
  Cluster cluster(3);
  cluster.inject(2, 1, Append{Term(1), {}, Index(0), {entry(1, 1), entry(2, 1), entry(3, 1)}});
  cluster.inject(2, 1, Append{Term(1), {}, Index(0), {entry(1, 1)}});
  EXPECT_EQ(cluster.raft(1).log().last_index(), Index(3));
}

// Raft §5.3: of a conflict the first wrong entry and all behind it go.
TEST(Replication, AConflictTruncates) {
  Cluster cluster({{1, 2, 2, 2}, {1}, {1}}, 3);
  cluster.inject(2, 1, Append{Term(3), {Index(1), Term(1)}, Index(0), {entry(2, 3)}});
  EXPECT_EQ(terms_of(cluster.raft(1)), (std::vector<std::uint64_t>{1, 3}));
}

// Raft §5.3: what lies behind the last entry that this request compared may be another leader's.
TEST(Replication, AFollowerCommitsOnlyWhatTheRequestCompared) {
  Cluster cluster({{1, 2, 2, 2}, {1}, {1}}, 3);
  cluster.inject(2, 1, Append{Term(3), {Index(1), Term(1)}, Index(4), {}});
  EXPECT_EQ(cluster.raft(1).commit(), Index(1));
  cluster.inject(2, 1, Heartbeat{Term(3), Round(1), Index(4)});
  EXPECT_EQ(cluster.raft(1).commit(), Index(1));
}

TEST(Replication, CommitNeverFalls) {
  Cluster cluster({{1, 1}, {1, 1}, {1, 1}}, 1);
  cluster.inject(2, 1, Append{Term(1), {}, Index(2), {entry(1, 1), entry(2, 1)}});
  ASSERT_EQ(cluster.raft(1).commit(), Index(2));
  cluster.inject(2, 1, Append{Term(1), {}, Index(1), {entry(1, 1)}});
  EXPECT_EQ(cluster.raft(1).commit(), Index(2));
}

// Raft §5.3: committed entries are never overwritten; a leader that tries is a bug, and the server stops.
TEST(Replication, NeverTruncatesBelowTheCommit) {
  Cluster cluster({{1, 1}, {1, 1}, {1, 1}}, 1);
  cluster.inject(2, 1, Append{Term(1), {}, Index(2), {entry(1, 1), entry(2, 1)}});
  EXPECT_THROW(cluster.inject(3, 1, Append{Term(2), {}, Index(0), {entry(1, 2)}}), base::CheckFailed);
}

TEST(Replication, IgnoresWhatNoLeaderSends) {
  Cluster cluster(3);
  auto falls = entry(2, 1);
  falls.stamp = base::LogTime{0};
  cluster.inject(2, 1, Append{Term(1), {}, Index(0), {entry(1, 1), entry(3, 1)}});
  cluster.inject(2, 1, Append{Term(1), {}, Index(0), {entry(1, 2)}});
  cluster.inject(2, 1, Append{Term(1), {}, Index(0), {entry(1, 1), falls}});
  cluster.inject(2, 1, Append{Term(1), {Index(0), Term(1)}, Index(0), {}});
  EXPECT_EQ(cluster.raft(1).log().last_index(), Index(0));
}

// Raft §5.3: acknowledgements may overtake each other.
TEST(Replication, AnOlderAcknowledgementTakesNothingBack) {
  auto cluster = three_with_leader_1();
  cluster.propose(1);
  cluster.communicate();
  cluster.inject(2, 1, AppendAccepted{Term(1), Index(1)});
  EXPECT_EQ(std::get<Leader>(cluster.raft(1).role()).peers.at(NodeId(2)).match, Index(2));
}

// Raft §5.3: lost entries are sent again, also where answers take longer than a heartbeat's interval.
TEST(Replication, SendsAgainWhatWasLostOnASlowLine) {
  auto cluster = three_with_leader_1();
  cluster.isolate(3);
  cluster.propose(1);
  cluster.communicate();
  cluster.heal();
  // Every message arrives one heartbeat late; server 2 is gone.
  std::deque<std::vector<Envelope>> line(1);
  for (int i = 0; i < 12; ++i) {
    cluster.pass(50ms);
    cluster.tick(1);
    line.push_back(std::exchange(cluster.bag(), {}));
    for (auto& envelope : line.front()) {
      if (envelope.to == NodeId(2)) continue;
      cluster.bag().push_back(std::move(envelope));
      cluster.deliver(cluster.bag().size() - 1);
    }
    line.pop_front();
    for (std::uint64_t id = 1; id <= 3; ++id) {
      if (!cluster.at(NodeId(id)).pending.empty()) cluster.complete(NodeId(id));
    }
  }
  EXPECT_EQ(cluster.raft(3).log().last_index(), Index(2));
}

// While a follower's disk is busy, the same entries are not sent again at every heartbeat.
TEST(Replication, DoesNotRepeatAProbeToASlowDisk) {
  Cluster cluster({{1}, {1}, {1}}, 1);
  cluster.pass(1s);
  cluster.elect(1);
  cluster.isolate(3);
  cluster.crash(NodeId(2));
  cluster.restart(NodeId(2));
  cluster.propose(1);
  std::size_t appends = 0;
  for (int i = 0; i < 10; ++i) {
    cluster.tick(1);
    while (!cluster.bag().empty()) {
      const auto& next = cluster.bag().front();
      appends += std::holds_alternative<Append>(next.message) && next.to == NodeId(2) ? 1 : 0;
      cluster.deliver(0);
      if (!cluster.at(NodeId(1)).pending.empty()) cluster.complete(NodeId(1));
    }
  }
  EXPECT_LE(appends, 2u);
  EXPECT_EQ(cluster.raft(2).log().last_index(), cluster.raft(1).log().last_index());
}

// Raft figure 7: a leader of term 8 brings every kind of follower to its own log.
TEST(Replication, RepairsEveryFollowerOfFigure7) {
  Cluster cluster({{1, 1, 1, 4, 4, 5, 5, 6, 6, 6},
                   {1, 1, 1, 4, 4, 5, 5, 6, 6},
                   {1, 1, 1, 4},
                   {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6},
                   {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7},
                   {1, 1, 1, 4, 4, 4, 4},
                   {1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3}},
                  7);
  cluster.elect(1);
  ASSERT_TRUE(cluster.raft(1).is_leader());
  ASSERT_EQ(cluster.raft(1).term(), Term(8));
  cluster.tick(1);
  cluster.communicate();
  for (std::uint64_t id = 1; id <= 7; ++id) {
    EXPECT_EQ(terms_of(cluster.raft(id)), (std::vector<std::uint64_t>{1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 8}))
        << id;
    EXPECT_EQ(cluster.raft(id).commit(), Index(11));
  }
}

// Raft §5.4.2, figure 8 (c): an entry of an older term on a majority is not committed by that …
TEST(Replication, Figure8AnOlderTermsEntryIsNotCommittedByCounting) {
  Cluster cluster({{1, 2}, {1, 2}, {1}, {1}, {1, 3}}, 3);
  cluster.isolate(5);
  cluster.pass(600ms);
  cluster.tick(1);
  // Until the term-2 entry is on three servers, and the term-4 entry only on the leader.
  while (!cluster.raft(1).is_leader() || cluster.raft(3).log().last_index() < Index(2)) {
    for (std::uint64_t id = 1; id <= 4; ++id) {
      if (!cluster.at(NodeId(id)).pending.empty())
        cluster.complete(NodeId(id), cluster.at(NodeId(id)).pending.size());
    }
    auto& bag = cluster.bag();
    ASSERT_FALSE(bag.empty());
    if (auto* append = std::get_if<Append>(&bag.front().message); append && !append->entries.empty()) {
      std::erase_if(append->entries, [](const Entry& e) { return e.at.term == Term(4); });
    }
    cluster.deliver(0);
  }
  cluster.complete(NodeId(3));
  while (!cluster.bag().empty()) {
    const bool to_leader = cluster.bag().front().to == NodeId(1);
    to_leader ? cluster.deliver(0) : cluster.drop(0);
  }
  EXPECT_EQ(cluster.raft(1).commit(), Index(0));
  // … for (d): the one with a term-3 entry may still win and overwrite it.
  cluster.crash(NodeId(1));
  cluster.heal();
  cluster.elect(5);  // learns the term
  cluster.elect(5);
  ASSERT_TRUE(cluster.raft(5).is_leader());
  EXPECT_EQ(terms_of(cluster.raft(3))[1], 3u);
}

// Raft §5.4.2, figure 8 (e): along with an entry of the leader's own term the older ones are committed.
TEST(Replication, Figure8AnEntryOfTheTermCommitsTheOlderOnes) {
  Cluster cluster({{1, 2}, {1, 2}, {1}, {1}, {1, 3}}, 3);
  cluster.isolate(5);
  cluster.elect(1);
  EXPECT_EQ(cluster.raft(1).commit(), Index(3));
  cluster.heal();
  cluster.pass(600ms);
  cluster.tick(5);
  cluster.communicate();
  EXPECT_FALSE(cluster.raft(5).is_leader());
}

// Ongaro §6.4: a read waits until a majority has confirmed the leader after the read arrived.
TEST(Read, IsConfirmedByAFreshRound) {
  auto cluster = three_with_leader_1();
  const auto read = cluster.read(1);
  EXPECT_TRUE(cluster.at(NodeId(1)).ready.empty());
  cluster.communicate();
  ASSERT_EQ(cluster.at(NodeId(1)).ready.size(), 1u);
  EXPECT_EQ(cluster.at(NodeId(1)).ready[0].id, read);
}

TEST(Read, IsNotAnsweredByALeaderThatIsCutOff) {
  auto cluster = three_with_leader_1();
  cluster.isolate(1);
  const auto read = cluster.read(1);
  cluster.run(500ms);
  EXPECT_TRUE(cluster.at(NodeId(1)).ready.empty());
  EXPECT_EQ(cluster.at(NodeId(1)).failed, std::vector{read});
}

// An answer to a heartbeat from before the read confirms nothing.
TEST(Read, AnEarlierRoundsAnswerDoesNotConfirmIt) {
  auto cluster = three_with_leader_1();
  cluster.tick(1);
  cluster.deliver(0);
  cluster.deliver(0);
  ASSERT_EQ(cluster.sent_to<HeartbeatReply>(1).size(), 2u);
  cluster.read(1);
  cluster.deliver(0);
  cluster.deliver(0);
  EXPECT_TRUE(cluster.at(NodeId(1)).ready.empty());
  cluster.communicate();
  EXPECT_EQ(cluster.at(NodeId(1)).ready.size(), 1u);
}

// Raft §8, Ongaro §6.4: before an entry of its term has committed a leader doesn't know what was committed.
TEST(Read, WaitsForAnEntryOfTheTerm) {
  Cluster cluster({{1, 1}, {1, 1}, {1, 1}}, 1);
  cluster.pass(600ms);
  cluster.tick(1);
  while (!cluster.raft(1).is_leader()) {
    if (!cluster.bag().empty()) cluster.deliver(0);
    for (std::uint64_t id = 1; id <= 3; ++id) {
      if (!cluster.at(NodeId(id)).pending.empty()) cluster.complete(NodeId(id));
    }
  }
  cluster.read(1);
  cluster.tick(1);
  while (!cluster.bag().empty()) cluster.deliver(0);  // heartbeats are answered, but no disk works
  EXPECT_TRUE(cluster.at(NodeId(1)).ready.empty());
  cluster.communicate();
  ASSERT_EQ(cluster.at(NodeId(1)).ready.size(), 1u);
  EXPECT_EQ(cluster.at(NodeId(1)).ready[0].index, Index(3));
}

}  // namespace
}  // namespace raft_test
