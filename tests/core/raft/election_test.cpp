// Raft §5.1, §5.2, §5.4.1; Ongaro §4.2.3, §6.2, §9.6.
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

// Raft §5.2: servers start as followers, and one that hears nothing for a time-out stands for election.
TEST(Election, AServerThatHearsNobodyStands) {
  Cluster cluster(3);
  EXPECT_TRUE(std::holds_alternative<Follower>(cluster.raft(1).role()));
  cluster.tick(1);
  EXPECT_TRUE(std::holds_alternative<PreCandidate>(cluster.raft(1).role()));
  EXPECT_EQ(cluster.sent_to<PreVote>(2).size(), 1u);
}

// Raft §5.2: a candidate that a majority votes for leads its term.
TEST(Election, AMajorityMakesALeader) {
  auto cluster = five_with_leader_1();
  EXPECT_TRUE(cluster.raft(1).is_leader());
  for (std::uint64_t id = 2; id <= 5; ++id) EXPECT_EQ(cluster.raft(id).leader(), NodeId(1));
}

// Raft §5.2: half is no majority.
TEST(Election, TwoOfFourElectNobody) {
  Cluster cluster(4);
  cluster.isolate(3);
  cluster.isolate(4);
  cluster.elect(1);
  EXPECT_EQ(cluster.leader(), std::nullopt);
}

TEST(Election, AloneOneLeads) {
  Cluster cluster(1);
  cluster.elect(1);
  EXPECT_TRUE(cluster.raft(1).is_leader());
  EXPECT_EQ(cluster.raft(1).commit(), Index(1));
}

// Raft §5.2: the time-outs are random, so that votes are seldom split and split votes seldom repeat.
TEST(Election, TimeoutsDiffer) {
  Cluster cluster(5);
  std::set<Instant> deadlines;
  for (const auto& [id, server] : cluster.servers()) deadlines.insert(server.raft->deadline());
  EXPECT_EQ(deadlines.size(), 5u);
}

// Raft §5.2: at most one vote a term, first come, first served; the same candidate may ask again.
TEST(Election, VotesOnceATerm) {
  Cluster cluster(3);
  cluster.pass(1s);
  cluster.inject(2, 1, RequestVote{Term(4), {}});
  cluster.inject(3, 1, RequestVote{Term(4), {}});
  cluster.inject(2, 1, RequestVote{Term(4), {}});
  cluster.complete(NodeId(1));
  EXPECT_EQ(cluster.sent_to<VoteGranted>(2).size(), 2u);
  EXPECT_EQ(cluster.sent_to<VoteGranted>(3).size(), 0u);
  EXPECT_EQ(cluster.sent_to<VoteRefused>(3).size(), 1u);
}

// Raft §5.2 and figure 2: the vote survives a restart, because nobody hears of it before it is on disk.
TEST(Election, AVoteLeavesOnlyFromTheDisk) {
  Cluster cluster(3);
  cluster.pass(1s);
  cluster.inject(2, 1, RequestVote{Term(4), {}});
  EXPECT_TRUE(cluster.bag().empty());
  cluster.crash(NodeId(1), 0);
  cluster.restart(NodeId(1));
  cluster.pass(1s);
  cluster.inject(3, 1, RequestVote{Term(4), {}});
  ASSERT_EQ(cluster.at(NodeId(1)).pending.size(), 1u);
  const auto& hard = cluster.at(NodeId(1)).pending.front().hard_state;
  EXPECT_EQ(hard, (HardState{Term(4), NodeId(3)})) << "term and vote are one write";
  cluster.crash(NodeId(1), 1);
  cluster.restart(NodeId(1));
  cluster.pass(1s);
  cluster.inject(2, 1, RequestVote{Term(4), {}});
  EXPECT_EQ(cluster.sent_to<VoteGranted>(2).size(), 0u);
  EXPECT_EQ(cluster.sent_to<VoteRefused>(2).size(), 1u);
}

// Raft §5.2: a candidate's vote for itself is a vote like any other.
TEST(Election, ACandidateAsksOnceItsOwnVoteIsOnDisk) {
  Cluster cluster(3);
  cluster.pass(1s);
  cluster.tick(1);
  cluster.inject(2, 1, PreVoteGranted{Term(1)});
  EXPECT_TRUE(cluster.sent_to<RequestVote>(2).empty());
  cluster.complete(NodeId(1));
  EXPECT_EQ(cluster.sent_to<RequestVote>(2).size(), 1u);
}

// Raft §5.4.1: later last term wins, whatever the length; then the longer log.
TEST(Election, RejectsACandidateWithAnOlderLastTermThoughItIsLonger) {
  Cluster cluster({{1, 3}, {1, 2, 2, 2, 2}, {1}}, 3);
  cluster.pass(1s);
  cluster.inject(2, 1, RequestVote{Term(4), {Index(5), Term(2)}});
  cluster.communicate();
  EXPECT_EQ(cluster.raft(1).vote(), std::nullopt);
}

TEST(Election, RejectsACandidateWithAShorterLog) {
  Cluster cluster({{1, 1}, {1}, {1}}, 3);
  cluster.pass(1s);
  cluster.inject(2, 1, RequestVote{Term(4), {Index(1), Term(1)}});
  EXPECT_EQ(cluster.raft(1).vote(), std::nullopt);
  EXPECT_EQ(cluster.raft(1).term(), Term(4));
}

TEST(Election, AcceptsACandidateWithTheSameLog) {
  Cluster cluster({{1, 1}, {1, 1}, {1}}, 3);
  cluster.pass(1s);
  cluster.inject(2, 1, RequestVote{Term(4), {Index(2), Term(1)}});
  EXPECT_EQ(cluster.raft(1).vote(), NodeId(2));
}

// Raft §5.2: only a granted vote lets the candidate have its time; a hopeless one holds nobody up.
TEST(Election, OnlyAGrantedVoteResetsTheTimer) {
  Cluster cluster({{1, 1}, {1}, {1, 1}}, 3);
  cluster.pass(310ms);
  const auto before = cluster.raft(1).deadline();
  cluster.inject(2, 1, RequestVote{Term(4), {Index(1), Term(1)}});
  EXPECT_EQ(cluster.raft(1).deadline(), before);
  cluster.inject(3, 1, RequestVote{Term(4), {Index(2), Term(1)}});
  EXPECT_GE(cluster.raft(1).deadline(), cluster.at(NodeId(1)).now + 300ms);
}

// Raft §5.1: whoever sees a higher term takes it and follows; an older term's request is refused with the
// newer one.
TEST(Election, AHigherTermEndsALeadership) {
  auto cluster = five_with_leader_1();
  cluster.inject(2, 1, AppendRejected{Term(9), Index(0), {}});
  EXPECT_FALSE(cluster.raft(1).is_leader());
  EXPECT_EQ(cluster.raft(1).term(), Term(9));
  EXPECT_EQ(cluster.raft(1).vote(), std::nullopt);
}

TEST(Election, AnOldLeaderIsToldTheTerm) {
  auto cluster = five_with_leader_1();
  cluster.inject(2, 3, Heartbeat{Term(7), Round(1), Index(0)});
  cluster.tick(1);
  cluster.communicate();
  EXPECT_EQ(cluster.raft(1).term(), Term(7)) << "by the answers to its own messages";
  cluster.inject(1, 3, Append{Term(1), {}, Index(0), {}});
  ASSERT_EQ(cluster.sent_to<AppendRejected>(1).size(), 1u);
  EXPECT_EQ(cluster.sent_to<AppendRejected>(1)[0].term, Term(7));
}

// Raft §5.2: a candidate that hears from the leader of its term gives up.
TEST(Election, ACandidateFollowsTheLeaderOfItsTerm) {
  Cluster cluster(3);
  cluster.pass(1s);
  cluster.tick(1);
  cluster.inject(2, 1, PreVoteGranted{Term(1)});
  ASSERT_TRUE(std::holds_alternative<Candidate>(cluster.raft(1).role()));
  cluster.inject(3, 1, Heartbeat{Term(1), Round(1), Index(0)});
  EXPECT_EQ(cluster.raft(1).leader(), NodeId(3));
  EXPECT_EQ(cluster.raft(1).vote(), NodeId(1)) << "stepping down within a term keeps the vote";
}

// Raft §5.2: a term that has its leader needs no other.
TEST(Election, AFollowerThatKnowsItsTermsLeaderVotesForNoOther) {
  Cluster cluster(3);
  cluster.inject(3, 1, Heartbeat{Term(1), Round(1), Index(0)});
  cluster.pass(1s);
  cluster.inject(2, 1, RequestVote{Term(1), {}});
  EXPECT_EQ(cluster.raft(1).vote(), std::nullopt);
  EXPECT_EQ(cluster.raft(1).leader(), NodeId(3));
}

// Ongaro §9.6: a server that was cut off raises nobody's term, its own neither.
TEST(PreVote, AServerThatWasCutOffDisturbsNobody) {
  auto cluster = five_with_leader_1();
  cluster.isolate(5);
  cluster.run(5s);
  EXPECT_EQ(cluster.raft(5).term(), Term(1));
  cluster.heal();
  cluster.run(1s);
  EXPECT_EQ(cluster.leader(), NodeId(1));
  EXPECT_EQ(cluster.raft(1).term(), Term(1));
  EXPECT_EQ(cluster.raft(5).leader(), NodeId(1));
}

// Ongaro §9.6: asking changes nothing at the one who is asked.
TEST(PreVote, AnAnswerCostsNoVoteAndNoTerm) {
  Cluster cluster(3);
  cluster.pass(1s);
  cluster.inject(2, 1, PreVote{Term(8), {}});
  cluster.inject(3, 1, PreVote{Term(8), {}});
  EXPECT_EQ(cluster.sent_to<PreVoteGranted>(2).size(), 1u);
  EXPECT_EQ(cluster.sent_to<PreVoteGranted>(3).size(), 1u);
  EXPECT_EQ(cluster.raft(1).term(), Term(0));
  EXPECT_TRUE(cluster.at(NodeId(1)).pending.empty());
}

// Ongaro §9.6: the log must be good enough for a real vote.
TEST(PreVote, IsRefusedToAShorterLog) {
  Cluster cluster({{1, 1}, {1}, {1}}, 3);
  cluster.pass(1s);
  cluster.inject(2, 1, PreVote{Term(4), {Index(1), Term(1)}});
  EXPECT_EQ(cluster.sent_to<PreVoteRefused>(2).size(), 1u);
}

TEST(PreVote, ARefusalTeachesTheTerm) {
  Cluster cluster({{1}, {1}, {1}}, 3);
  cluster.inject(2, 1, PreVoteRefused{Term(8)});
  EXPECT_EQ(cluster.raft(1).term(), Term(8));
}

// Ongaro §4.2.3: within the least election time-out of hearing from a leader no vote is given, real or not.
TEST(Stickiness, WhoHearsALeaderHelpsNobodyAgainstIt) {
  auto cluster = five_with_leader_1();
  cluster.pass(299ms);
  cluster.inject(3, 2, PreVote{Term(2), {Index(9), Term(1)}});
  cluster.inject(3, 2, RequestVote{Term(9), {Index(9), Term(1)}});
  EXPECT_EQ(cluster.sent_to<PreVoteGranted>(3).size(), 0u);
  EXPECT_EQ(cluster.raft(2).term(), Term(1));
  cluster.pass(1ms);
  cluster.inject(3, 2, RequestVote{Term(9), {Index(9), Term(1)}});
  EXPECT_EQ(cluster.raft(2).vote(), NodeId(3));
}

TEST(Stickiness, HoldsAlsoWhereTheTermCameAnotherWay) {
  auto cluster = five_with_leader_1();
  cluster.inject(4, 2, PreVoteRefused{Term(9)});
  ASSERT_EQ(cluster.raft(2).term(), Term(9));
  cluster.inject(3, 2, RequestVote{Term(9), {Index(9), Term(1)}});
  EXPECT_EQ(cluster.raft(2).vote(), std::nullopt);
}

// Ongaro §6.4.1: what a voter promised before it stopped, it keeps.
TEST(Stickiness, ARestartedVoterWaitsAsThoughItHadJustHeardALeader) {
  auto cluster = five_with_leader_1();
  cluster.crash(NodeId(2));
  cluster.restart(NodeId(2));
  cluster.inject(3, 2, RequestVote{Term(9), {Index(9), Term(1)}});
  EXPECT_EQ(cluster.raft(2).vote(), NodeId(1));
  EXPECT_EQ(cluster.raft(2).term(), Term(1));
}

// Ongaro §6.2: a leader that no majority answers stops leading.
TEST(CheckQuorum, ALeaderThatIsCutOffStepsDown) {
  auto cluster = five_with_leader_1();
  cluster.isolate(1);
  cluster.run(400ms);
  EXPECT_FALSE(cluster.raft(1).is_leader());
  EXPECT_EQ(cluster.raft(1).vote(), NodeId(1));
}

TEST(CheckQuorum, ALeaderWithAMajorityStays) {
  auto cluster = five_with_leader_1();
  cluster.isolate(4);
  cluster.isolate(5);
  cluster.run(2s);
  EXPECT_EQ(cluster.leader(), NodeId(1));
  EXPECT_EQ(cluster.raft(1).term(), Term(1));
}

}  // namespace
}  // namespace raft_test
