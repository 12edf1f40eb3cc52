// One test a rule: Raft §5.1, §5.2, §5.4.1, §5.6; Ongaro §9.6. RULES.md says which rules have theirs
// elsewhere.
#include <gtest/gtest.h>

#include "core/base/check.hpp"
#include "tests/core/raft/cluster.hpp"

namespace raft_test {
namespace {

using namespace raft;

template <class RoleKind>
bool is(const Raft& raft) {
  return std::holds_alternative<RoleKind>(raft.role());
}

// Server 1 of three stands in term 2 and has asked both others for their votes.
Cluster candidate_1_of_term_2() {
  Cluster cluster({{1}, {1}, {1}}, 1);
  cluster.pass(600ms);
  cluster.tick(1);
  cluster.inject(2, 1, PreVoteGranted{Term(2)});
  cluster.complete(NodeId(1));
  return cluster;
}

// §5.1, figure 2: term, vote and log outlive a restart; whatever a server was before, it starts as a
// follower.
TEST(PaperTerms, AServerStartsAsAFollowerWithTheTermVoteAndLogItHad) {
  Cluster cluster(3);
  cluster.elect(1);
  cluster.crash(NodeId(1));
  cluster.restart(NodeId(1));
  EXPECT_TRUE(is<Follower>(cluster.raft(1)));
  EXPECT_EQ(cluster.raft(1).term(), Term(1));
  EXPECT_EQ(cluster.raft(1).vote(), NodeId(1));
  EXPECT_EQ(cluster.raft(1).log().last(), (Position{Index(1), Term(1)}));
}

// §5.1: a request of an older term is refused, with the newer term, and changes nothing.
TEST(PaperTerms, ARequestOfAnOlderTermIsRefused) {
  Cluster cluster({{1, 3}, {1}, {1}}, 5);
  cluster.pass(1s);
  cluster.inject(2, 1, PreVote{Term(4), {Index(9), Term(4)}});
  cluster.inject(2, 1, RequestVote{Term(4), {Index(9), Term(4)}});
  cluster.inject(2, 1, Append{Term(4), {Index(1), Term(1)}, Index(2), {entry(2, 4)}});
  cluster.inject(2, 1, Heartbeat{Term(4), Round(1), Index(2)});
  EXPECT_EQ(cluster.sent_to<PreVoteRefused>(2), (std::vector{PreVoteRefused{Term(5)}}));
  EXPECT_EQ(cluster.sent_to<VoteRefused>(2), (std::vector{VoteRefused{Term(5)}}));
  ASSERT_EQ(cluster.sent_to<AppendRejected>(2).size(), 1u);
  EXPECT_EQ(cluster.sent_to<AppendRejected>(2)[0].term, Term(5));
  EXPECT_EQ(cluster.sent_to<HeartbeatReply>(2),
            (std::vector{HeartbeatReply{Term(5), Round(0), Index(0), Index(0)}}));
  EXPECT_EQ(cluster.raft(1).vote(), std::nullopt);
  EXPECT_EQ(cluster.raft(1).leader(), std::nullopt);
  EXPECT_EQ(cluster.raft(1).log().last(), (Position{Index(2), Term(3)}));
  EXPECT_EQ(cluster.raft(1).commit(), Index(0));
}

// §5.1: a higher term is taken from whatever message brings it; only asking for a pre-vote, or granting one,
// puts no term in force (Ongaro §9.6).
TEST(PaperTerms, AHigherTermIsTakenFromWhateverBringsIt) {
  const std::vector<Message> all = {PreVote{Term(7), {}},
                                    PreVoteGranted{Term(7)},
                                    PreVoteRefused{Term(7)},
                                    RequestVote{Term(7), {}},
                                    VoteGranted{Term(7)},
                                    VoteRefused{Term(7)},
                                    Append{Term(7), {}, Index(0), {}},
                                    AppendAccepted{Term(7), Index(0)},
                                    AppendRejected{Term(7), Index(0), {}},
                                    Heartbeat{Term(7), Round(1), Index(0)},
                                    HeartbeatReply{Term(7), Round(1), Index(0), Index(0)}};
  for (const auto& message : all) {
    Cluster cluster({{1}, {1}, {1}}, 1);
    cluster.pass(1s);
    cluster.inject(2, 1, message);
    const bool only_asks =
        std::holds_alternative<PreVote>(message) || std::holds_alternative<PreVoteGranted>(message);
    EXPECT_EQ(cluster.raft(1).term(), Term(only_asks ? 1 : 7)) << name_of(message);
  }
}

// §5.1: a candidate that learns of a higher term follows, and has a vote to give in it.
TEST(PaperTerms, ACandidateThatLearnsOfAHigherTermFollows) {
  auto cluster = candidate_1_of_term_2();
  ASSERT_TRUE(is<Candidate>(cluster.raft(1)));
  cluster.inject(2, 1, VoteRefused{Term(6)});
  EXPECT_TRUE(is<Follower>(cluster.raft(1)));
  EXPECT_EQ(cluster.raft(1).term(), Term(6));
  EXPECT_EQ(cluster.raft(1).vote(), std::nullopt);
}

// §5.2: whoever hears from a leader in time remains a follower.
TEST(PaperElection, WhoHearsItsLeaderNeverStands) {
  Cluster cluster(5);
  cluster.elect(1);
  for (int i = 0; i < 1000; ++i) {
    cluster.run(5ms);
    for (std::uint64_t id = 2; id <= 5; ++id) ASSERT_TRUE(is<Follower>(cluster.raft(id)));
  }
  EXPECT_EQ(cluster.raft(1).term(), Term(1));
}

// §5.2: a candidate enters a new term, votes for itself and asks everybody at once; §5.4.1: it tells where
// its log ends.
TEST(PaperElection, ACandidateEntersATermVotesForItselfAndAsksEverybody) {
  const auto cluster = candidate_1_of_term_2();
  EXPECT_EQ(cluster.servers().at(NodeId(1)).disk.hard, (HardState{Term(2), NodeId(1)}));
  for (std::uint64_t id = 2; id <= 3; ++id) {
    EXPECT_EQ(cluster.sent_to<RequestVote>(id), (std::vector{RequestVote{Term(2), {Index(1), Term(1)}}}));
  }
}

// §5.2: once elected, a leader tells everybody at once, so that nobody else stands.
TEST(PaperElection, ANewLeaderTellsEverybodyAtOnce) {
  auto cluster = candidate_1_of_term_2();
  cluster.inject(3, 1, VoteGranted{Term(2)});
  ASSERT_TRUE(cluster.raft(1).is_leader());
  for (std::uint64_t id = 2; id <= 3; ++id) EXPECT_EQ(cluster.sent_to<Heartbeat>(id).size(), 1u);
}

// §5.2: a candidate doesn't give up for a leader of an older term.
TEST(PaperElection, ACandidateRefusesALeaderOfAnOlderTerm) {
  auto cluster = candidate_1_of_term_2();
  cluster.inject(3, 1, Heartbeat{Term(1), Round(4), Index(0)});
  cluster.inject(3, 1, Append{Term(1), {Index(1), Term(1)}, Index(0), {}});
  EXPECT_TRUE(is<Candidate>(cluster.raft(1)));
  EXPECT_EQ(cluster.raft(1).term(), Term(2));
}

// §5.2: a candidate that neither wins nor loses stands again when its time runs out, in a new term.
TEST(PaperElection, ACandidateWhoseTimeRunsOutStandsAgain) {
  auto cluster = candidate_1_of_term_2();
  cluster.tick(1);
  cluster.inject(2, 1, PreVoteGranted{Term(3)});
  EXPECT_TRUE(is<Candidate>(cluster.raft(1)));
  EXPECT_EQ(cluster.raft(1).term(), Term(3));
}

// §5.2: votes are of one term, and each server has one.
TEST(PaperElection, CountsEachVoterOnceAndInItsTermOnly) {
  Cluster cluster({{1}, {1}, {1}, {1}, {1}}, 1);
  cluster.pass(600ms);
  cluster.tick(1);
  cluster.inject(2, 1, PreVoteGranted{Term(2)});
  cluster.inject(2, 1, PreVoteGranted{Term(2)});
  cluster.inject(3, 1, PreVoteGranted{Term(1)});
  EXPECT_TRUE(is<PreCandidate>(cluster.raft(1)));
  cluster.inject(3, 1, PreVoteGranted{Term(2)});
  cluster.complete(NodeId(1));
  cluster.inject(2, 1, VoteGranted{Term(2)});
  cluster.inject(2, 1, VoteGranted{Term(2)});
  cluster.inject(3, 1, VoteGranted{Term(1)});
  EXPECT_TRUE(is<Candidate>(cluster.raft(1)));
  cluster.inject(3, 1, VoteGranted{Term(2)});
  EXPECT_TRUE(cluster.raft(1).is_leader());
}

// §5.2: time-outs are drawn anew each time, from the whole range.
TEST(PaperElection, EveryTimeoutIsDrawnAnew) {
  Cluster cluster(3);
  std::set<base::Duration> drawn;
  for (int i = 0; i < 200; ++i) {
    cluster.tick(1);
    const auto timeout = cluster.raft(1).deadline() - cluster.at(NodeId(1)).now;
    EXPECT_GE(timeout, 300ms);
    EXPECT_LE(timeout, 600ms);
    drawn.insert(timeout);
  }
  EXPECT_GT(drawn.size(), 190u);
  EXPECT_LT(*drawn.begin(), 330ms);
  EXPECT_GT(*drawn.rbegin(), 570ms);
}

// §5.6: a leader must be heard several times within a time-out.
TEST(PaperTiming, AHeartbeatSlowerThanATimeoutIsRefused) {
  auto config = config_of(1, 3);
  config.tuning.heartbeat = config.tuning.election_min;
  EXPECT_THROW(Raft(config, {}, Instant()), base::CheckFailed);
}

// Ongaro §9.6: the term is entered once a majority has said that it would vote, not before.
TEST(PaperPreVote, NoTermIsEnteredBeforeAMajorityWouldVote) {
  Cluster cluster(5);
  cluster.pass(600ms);
  cluster.tick(1);
  cluster.inject(2, 1, PreVoteGranted{Term(1)});
  EXPECT_EQ(cluster.raft(1).term(), Term(0));
  cluster.inject(3, 1, PreVoteGranted{Term(1)});
  EXPECT_EQ(cluster.raft(1).term(), Term(1));
  EXPECT_EQ(cluster.raft(1).vote(), NodeId(1));
}

// Ongaro §9.6, §4.2.3: a leader is its own proof that there is one.
TEST(PaperPreVote, ALeaderRefuses) {
  Cluster cluster(3);
  cluster.elect(1);
  cluster.pass(10s);
  cluster.inject(2, 1, PreVote{Term(2), {Index(9), Term(1)}});
  cluster.inject(2, 1, RequestVote{Term(2), {Index(9), Term(1)}});
  EXPECT_EQ(cluster.sent_to<PreVoteRefused>(2).size(), 1u);
  EXPECT_TRUE(cluster.raft(1).is_leader());
}

}  // namespace
}  // namespace raft_test
