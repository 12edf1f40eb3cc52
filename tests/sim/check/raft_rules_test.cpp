// Every rule is broken once, by servers that say or do what no message has justified.
#include "sim/check/raft_rules.hpp"

#include <gtest/gtest.h>

namespace check {
namespace {

using base::Instant;
using base::NodeId;
using raft::Index;
using raft::Term;

constexpr NodeId kOne(1), kTwo(2), kThree(3);

raft::Entry entry(std::uint64_t index, std::uint64_t term) {
  return {{Index(index), Term(term)}, base::LogTime{}, raft::Command{base::Bytes("x")}};
}

raft::Recovered disk(std::uint64_t term, std::vector<raft::Entry> entries) {
  return {{Term(term), std::nullopt}, {{}, {}, raft::bootstrap(3)}, std::move(entries), {}};
}

std::string broken(const std::optional<Violation>& violation) {
  return violation ? violation->check : "nothing";
}

// Server 1 of three, and its judge, which is told of what reaches the server and what leaves it, but for what
// a test keeps from it.
struct Judged {
  explicit Judged(raft::Recovered found, bool leases_hold = true)
      : rules(leases_hold), raft({kOne, {}, 1}, std::move(found), Instant{}) {
    EXPECT_EQ(broken(rules.observe(raft)), "nothing");
  }
  // Unheard: the judge has not seen it arrive.
  void hear(NodeId from, const raft::Message& message, bool unheard = false) {
    if (!unheard) rules.received(raft, from, message, now, Index(0));
    raft.receive(now, from, message);
  }
  std::string step() {
    for (;;) {
      const auto out = raft.flush(now);
      for (const auto& send : out.sends) rules.sent(kOne, send.to, send.message);
      const auto found = broken(rules.observe(raft));
      if (found != "nothing" || !out.write) return found;
      raft.durable(now, out.write->id);
    }
  }
  // Becomes the leader of the term after its own.
  void lead() {
    now = raft.deadline();
    raft.tick(now);
    EXPECT_EQ(step(), "nothing");
    hear(kTwo, raft::PreVoteGranted{raft.term().next()});
    EXPECT_EQ(step(), "nothing");
    hear(kTwo, raft::VoteGranted{raft.term()});
    EXPECT_EQ(step(), "nothing");
    EXPECT_TRUE(raft.is_leader());
  }

  RaftRules rules;
  raft::Raft raft;
  Instant now{std::chrono::seconds(10)};
};

TEST(RaftRules, AreKeptByAFollower) {
  Judged server(disk(1, {entry(1, 1)}));
  server.hear(kTwo, raft::Append{Term(2), {Index(1), Term(1)}, Index(1), {entry(2, 2)}});
  EXPECT_EQ(server.step(), "nothing");
  server.hear(kTwo, raft::Heartbeat{Term(2), raft::Round(1), Index(2)});
  EXPECT_EQ(server.step(), "nothing");
  server.hear(kTwo, raft::Append{Term(2), {Index(7), Term(2)}, Index(2), {}});
  EXPECT_EQ(server.step(), "nothing");
  EXPECT_EQ(server.raft.commit(), Index(2));
}

TEST(RaftRules, AreKeptByALeader) {
  Judged server(disk(1, {entry(1, 1)}));
  server.lead();
  server.hear(kTwo, raft::AppendAccepted{Term(2), Index(2)});
  EXPECT_EQ(server.step(), "nothing");
  EXPECT_EQ(server.raft.commit(), Index(2));
}

TEST(RaftRules, FindAnAcceptanceThatNoRequestJustifies) {
  Judged server(disk(1, {entry(1, 1)}));
  server.hear(kTwo, raft::Append{Term(2), {Index(1), Term(1)}, Index(0), {}}, true);
  EXPECT_EQ(server.step(), "accepts_unseen");
}

TEST(RaftRules, FindACommitIndexThatNoLeaderHasTold) {
  Judged server(disk(1, {entry(1, 1)}));
  server.hear(kTwo, raft::Append{Term(2), {Index(1), Term(1)}, Index(0), {}});
  EXPECT_EQ(server.step(), "nothing");
  server.hear(kTwo, raft::Heartbeat{Term(2), raft::Round(1), Index(1)}, true);
  EXPECT_EQ(server.step(), "commit_untold");
}

TEST(RaftRules, FindACommitIndexBeyondWhatWasCompared) {
  Judged server(disk(1, {entry(1, 1), entry(2, 1)}));
  server.rules.received(server.raft, kTwo, raft::Heartbeat{Term(2), raft::Round(1), Index(2)}, server.now,
                        {});
  server.rules.received(server.raft, kTwo, raft::Append{Term(2), {Index(1), Term(1)}, Index(2), {}},
                        server.now, {});
  server.raft.receive(server.now, kTwo, raft::Append{Term(2), {Index(2), Term(1)}, Index(2), {}});
  EXPECT_EQ(broken(server.rules.observe(server.raft)), "commit_unseen");
}

TEST(RaftRules, FindARefusalOfWhatIsCommitted) {
  Judged server(disk(1, {entry(1, 1)}));
  server.hear(kTwo, raft::Append{Term(2), {}, Index(1), {entry(1, 1)}});
  EXPECT_EQ(server.step(), "nothing");
  server.hear(kTwo, raft::Append{Term(2), {Index(1), Term(1)}, Index(1), {}});
  server.rules.sent(kOne, kTwo, raft::AppendRejected{Term(2), Index(1), {}});
  EXPECT_EQ(server.step(), "refuses_what_is_committed");
}

TEST(RaftRules, FindAVoteThatNobodyAskedFor) {
  Judged server(disk(1, {}));
  server.rules.sent(kOne, kTwo, raft::VoteGranted{Term(2)});
  EXPECT_EQ(server.step(), "vote_unasked");
}

TEST(RaftRules, FindAVoteForAnOlderLog) {
  Judged server(disk(2, {entry(1, 2)}));
  server.hear(kTwo, raft::RequestVote{Term(3), {Index(5), Term(1)}, false});
  server.rules.sent(kOne, kTwo, raft::VoteGranted{Term(3)});
  EXPECT_EQ(server.step(), "vote_for_an_older_log");
}

TEST(RaftRules, FindAVoteAgainstALeaderThatWasAnswered) {
  Judged server(disk(1, {}));
  server.hear(kTwo, raft::Heartbeat{Term(2), raft::Round(1), Index(0)});
  EXPECT_EQ(server.step(), "nothing");
  server.now = server.now + std::chrono::milliseconds(50);
  // It restarts: the promise stands.
  server.rules.started(server.raft);
  server.hear(kThree, raft::RequestVote{Term(3), {}, false});
  server.rules.sent(kOne, kThree, raft::VoteGranted{Term(3)});
  EXPECT_EQ(server.step(), "vote_against_a_leader");
}

TEST(RaftRules, BindNoOtherClusterByWhatThisOneSaid) {
  Judged server(disk(1, {entry(1, 1)}));
  server.hear(kTwo, raft::Heartbeat{Term(2), raft::Round(1), Index(0)});
  EXPECT_EQ(server.step(), "nothing");
  server.rules.refounded();
  EXPECT_EQ(server.step(), "nothing");
  server.hear(kThree, raft::RequestVote{Term(3), {Index(1), Term(1)}, false});
  server.rules.sent(kOne, kThree, raft::VoteGranted{Term(3)});
  EXPECT_EQ(server.step(), "nothing");
}

TEST(RaftRules, LetALeadersHeirHaveItsVotes) {
  Judged server(disk(1, {}));
  server.hear(kTwo, raft::Heartbeat{Term(2), raft::Round(1), Index(0)});
  EXPECT_EQ(server.step(), "nothing");
  server.hear(kThree, raft::RequestVote{Term(3), {}, true});
  EXPECT_EQ(server.step(), "nothing");
}

TEST(RaftRules, FindACountThatNobodyAcknowledged) {
  Judged server(disk(1, {entry(1, 1)}));
  server.lead();
  server.hear(kTwo, raft::AppendAccepted{Term(2), Index(2)}, true);
  EXPECT_EQ(server.step(), "match_unheard");
}

TEST(RaftRules, FindACountOfWhatWasAcknowledgedInAnotherTerm) {
  Judged server(disk(1, {entry(1, 1)}));
  server.lead();
  server.rules.received(server.raft, kTwo, raft::AppendAccepted{Term(1), Index(2)}, server.now, {});
  server.hear(kTwo, raft::AppendAccepted{Term(2), Index(2)}, true);
  EXPECT_EQ(server.step(), "match_unheard");
}

TEST(RaftRules, FindAForgottenAcknowledgement) {
  Judged server(disk(1, {entry(1, 1)}));
  server.lead();
  server.hear(kTwo, raft::AppendAccepted{Term(2), Index(2)});
  EXPECT_EQ(server.step(), "nothing");
  Judged other(disk(1, {entry(1, 1)}));
  other.lead();
  EXPECT_EQ(broken(server.rules.observe(other.raft)), "match_falls");
}

TEST(RaftRules, FindARoundThatNobodyAnswered) {
  Judged server(disk(1, {}));
  server.lead();
  server.hear(kTwo, raft::HeartbeatReply{Term(2), raft::Round(1), Index(0), Index(0)}, true);
  EXPECT_EQ(server.step(), "round_unheard");
}

TEST(RaftRules, FindAReadIndexOfThePast) {
  Judged server(disk(1, {}));
  server.rules.received(server.raft, kTwo, raft::ReadIndex{Term(1), raft::ReadId(9)}, server.now, Index(5));
  server.rules.sent(kOne, kTwo, raft::ReadIndexAnswer{Term(1), raft::ReadId(9), Index(4)});
  EXPECT_EQ(server.step(), "stale_read_index");
}

TEST(RaftRules, FindAReadByALeaseThatAnotherLeaderHasEnded) {
  for (const bool leases_hold : {true, false}) {
    Judged old(disk(1, {}), leases_hold);
    old.lead();
    old.hear(kTwo, raft::AppendAccepted{Term(2), Index(1)});
    old.hear(kTwo, raft::HeartbeatReply{Term(2), raft::Round(1), Index(1), Index(1)});
    EXPECT_EQ(old.step(), "nothing");
    raft::Raft another({kThree, {}, 3}, disk(7, {}), Instant{});
    auto now = another.deadline();
    another.tick(now);
    for (const auto& message :
         {raft::Message(raft::PreVoteGranted{Term(8)}), raft::Message(raft::VoteGranted{Term(8)})}) {
      another.receive(now, kTwo, message);
      for (auto out = another.flush(now); out.write; out = another.flush(now))
        another.durable(now, out.write->id);
    }
    ASSERT_TRUE(another.is_leader());
    EXPECT_EQ(broken(old.rules.observe(another)), "nothing");
    old.raft.read(old.now, raft::ReadBy::lease);
    EXPECT_EQ(old.step(), leases_hold ? "lease_outlived" : "nothing");
  }
}

}  // namespace
}  // namespace check
