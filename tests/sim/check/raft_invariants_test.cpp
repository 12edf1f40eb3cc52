// Every invariant of the cluster is broken once, by servers that claim what no correct cluster holds.
#include "sim/check/raft_invariants.hpp"

#include <gtest/gtest.h>
#include <map>

namespace check {
namespace {

using base::Instant;
using base::NodeId;
using raft::Index;
using raft::Term;

raft::Entry entry(std::uint64_t index, std::uint64_t term, std::uint64_t stamp_ms = 0,
                  const std::string& text = "") {
  return {{Index(index), Term(term)}, base::LogTime{stamp_ms}, raft::Command{base::Bytes(text)}};
}

raft::Recovered disk(std::uint64_t term, std::vector<raft::Entry> entries,
                     std::optional<NodeId> vote = std::nullopt) {
  return {{Term(term), vote}, std::move(entries)};
}

// A server of a cluster of three.
raft::Raft server(std::uint64_t id, raft::Recovered recovered) {
  return raft::Raft({NodeId(id), {NodeId(1), NodeId(2), NodeId(3)}, {}, id}, std::move(recovered), Instant{});
}

// A server that takes itself for the whole cluster, so it leads the term after the one on its disk.
struct Loner {
  explicit Loner(std::uint64_t id, raft::Recovered recovered)
      : raft({NodeId(id), {NodeId(id)}, {}, id}, std::move(recovered), Instant{}) {
    for (int i = 0; i < 10 && !raft.is_leader(); ++i) {
      now = std::max(now, raft.deadline());
      raft.tick(now);
      settle();
    }
    EXPECT_TRUE(raft.is_leader());
  }
  void settle() {
    for (auto out = raft.flush(now); out.write; out = raft.flush(now)) raft.durable(now, out.write->id);
  }

  Instant now{};
  raft::Raft raft;
};

std::string broken(const std::optional<Violation>& violation) {
  return violation ? violation->check : "nothing";
}

// Follower 1 hears from leader 2.
raft::Raft follower_with(std::uint64_t term, std::vector<raft::Entry> entries, std::uint64_t commit) {
  auto raft = server(1, disk(0, {}));
  raft.receive(Instant{}, NodeId(2), raft::Append{Term(term), {}, Index(commit), std::move(entries)});
  const auto out = raft.flush(Instant{});
  if (out.write) raft.durable(Instant{}, out.write->id);
  return raft;
}

TEST(RaftInvariants, FindTwoLeadersOfOneTerm) {
  RaftInvariants watch;
  EXPECT_EQ(broken(watch.observe(NodeId(1), Loner(1, disk(0, {})).raft)), "nothing");
  EXPECT_EQ(broken(watch.observe(NodeId(2), Loner(2, disk(0, {})).raft)), "election_safety");
}

TEST(RaftInvariants, FindALeaderThatChangesItsLog) {
  RaftInvariants watch;
  Loner leader(1, disk(0, {}));
  const auto before = leader.raft;
  leader.raft.propose(leader.now, raft::Noop{});
  EXPECT_EQ(broken(watch.observe(NodeId(1), leader.raft)), "nothing");
  EXPECT_EQ(broken(watch.observe(NodeId(1), before)), "leader_append_only");
}

TEST(RaftInvariants, FindOnePositionWithTwoContents) {
  RaftInvariants watch;
  EXPECT_EQ(broken(watch.observe(NodeId(1), server(1, disk(1, {entry(1, 1, 0, "a")})))), "nothing");
  EXPECT_EQ(broken(watch.observe(NodeId(2), server(2, disk(1, {entry(1, 1, 0, "a")})))), "nothing");
  EXPECT_EQ(broken(watch.observe(NodeId(3), server(3, disk(1, {entry(1, 1, 0, "b")})))), "log_matching");
}

TEST(RaftInvariants, FindOnePositionWithTwoPasts) {
  RaftInvariants watch;
  EXPECT_EQ(broken(watch.observe(NodeId(1), server(1, disk(2, {entry(1, 1), entry(2, 2)})))), "nothing");
  EXPECT_EQ(broken(watch.observe(NodeId(2), server(2, disk(2, {entry(1, 2), entry(2, 2)})))), "log_matching");
}

TEST(RaftInvariants, FindALogClockThatFalls) {
  RaftInvariants watch;
  EXPECT_EQ(broken(watch.observe(NodeId(1), server(1, disk(1, {entry(1, 1, 9), entry(2, 1, 8)})))),
            "log_clock_falls");
}

TEST(RaftInvariants, FindALeaderWithoutACommittedEntry) {
  RaftInvariants watch;
  EXPECT_EQ(broken(watch.observe(NodeId(1), Loner(1, disk(0, {})).raft)), "nothing");
  EXPECT_EQ(watch.committed(), Index(1));
  EXPECT_EQ(broken(watch.observe(NodeId(2), Loner(2, disk(5, {})).raft)), "leader_completeness");
}

TEST(RaftInvariants, FindTwoEntriesCommittedAtOneIndex) {
  RaftInvariants watch;
  EXPECT_EQ(broken(watch.observe(NodeId(1), Loner(1, disk(5, {})).raft)), "nothing");
  EXPECT_EQ(broken(watch.observe(NodeId(2), Loner(2, disk(0, {})).raft)), "state_machine_safety");
}

TEST(RaftInvariants, FindACommitWithoutADurableQuorum) {
  RaftInvariants watch;
  EXPECT_EQ(broken(watch.observe(NodeId(1), follower_with(1, {entry(1, 1)}, 1))), "durability");
}

TEST(RaftInvariants, CountADurableQuorumOfTheSameEntry) {
  RaftInvariants watch;
  EXPECT_EQ(broken(watch.observe(NodeId(2), server(2, disk(1, {entry(1, 1)})))), "nothing");
  EXPECT_EQ(broken(watch.observe(NodeId(1), follower_with(1, {entry(1, 1)}, 1))), "nothing");
  RaftInvariants other;
  EXPECT_EQ(broken(other.observe(NodeId(2), server(2, disk(2, {entry(1, 2)})))), "nothing");
  EXPECT_EQ(broken(other.observe(NodeId(1), follower_with(1, {entry(1, 1)}, 1))), "durability");
}

TEST(RaftInvariants, FindACommittedEntryThatIsReplaced) {
  RaftInvariants watch;
  EXPECT_EQ(broken(watch.observe(NodeId(1), Loner(1, disk(0, {})).raft)), "nothing");
  EXPECT_EQ(broken(watch.observe(NodeId(1), follower_with(9, {entry(1, 9)}, 1))), "committed_entry_removed");
}

TEST(RaftInvariants, FindACommitIndexThatFalls) {
  RaftInvariants watch;
  EXPECT_EQ(broken(watch.observe(NodeId(1), Loner(1, disk(0, {})).raft)), "nothing");
  EXPECT_EQ(broken(watch.observe(NodeId(1), server(1, disk(4, {entry(1, 1)})))), "commit_falls");
}

TEST(RaftInvariants, FindATermThatFalls) {
  RaftInvariants watch;
  EXPECT_EQ(broken(watch.observe(NodeId(1), server(1, disk(4, {})))), "nothing");
  EXPECT_EQ(broken(watch.observe(NodeId(1), server(1, disk(3, {})))), "term_falls");
}

TEST(RaftInvariants, FindAVoteThatChangesOrVanishesWithinATerm) {
  for (const auto& later : {std::optional(NodeId(3)), std::optional<NodeId>()}) {
    RaftInvariants watch;
    EXPECT_EQ(broken(watch.observe(NodeId(1), server(1, disk(4, {}, NodeId(2))))), "nothing");
    EXPECT_EQ(broken(watch.observe(NodeId(1), server(1, disk(4, {}, later)))), "one_vote");
  }
}

TEST(RaftInvariants, FindTwoVotesThatLeftOneServerInATerm) {
  RaftInvariants watch;
  EXPECT_EQ(broken(watch.sent(NodeId(1), NodeId(2), raft::VoteGranted{Term(4)})), "nothing");
  EXPECT_EQ(broken(watch.sent(NodeId(1), NodeId(2), raft::VoteGranted{Term(4)})), "nothing");
  EXPECT_EQ(broken(watch.sent(NodeId(1), NodeId(3), raft::VoteGranted{Term(5)})), "nothing");
  EXPECT_EQ(broken(watch.sent(NodeId(1), NodeId(3), raft::VoteGranted{Term(4)})), "one_vote");
  EXPECT_EQ(broken(watch.sent(NodeId(1), NodeId(3), raft::RequestVote{Term(5), {}})), "one_vote");
}

TEST(RaftInvariants, FindAVoteForgottenByARestart) {
  RaftInvariants watch;
  EXPECT_EQ(broken(watch.sent(NodeId(1), NodeId(2), raft::VoteGranted{Term(4)})), "nothing");
  EXPECT_EQ(broken(watch.restarted(NodeId(1), server(1, disk(4, {}, NodeId(2))))), "nothing");
  EXPECT_EQ(broken(watch.restarted(NodeId(1), server(1, disk(4, {})))), "vote_forgotten");
}

TEST(RaftInvariants, FindATermForgottenByARestart) {
  RaftInvariants watch;
  EXPECT_EQ(broken(watch.sent(NodeId(1), NodeId(2), raft::PreVote{Term(5), {}})), "nothing");
  EXPECT_EQ(broken(watch.sent(NodeId(1), NodeId(2), raft::AppendAccepted{Term(4), Index(1)})), "nothing");
  EXPECT_EQ(broken(watch.restarted(NodeId(1), server(1, disk(4, {})))), "nothing");
  EXPECT_EQ(broken(watch.restarted(NodeId(1), server(1, disk(3, {})))), "term_forgotten");
}

TEST(RaftInvariants, FindADurableEntryLostByARestart) {
  RaftInvariants watch;
  EXPECT_EQ(broken(watch.observe(NodeId(1), server(1, disk(1, {entry(1, 1), entry(2, 1)})))), "nothing");
  EXPECT_EQ(broken(watch.restarted(NodeId(1), server(1, disk(1, {entry(1, 1), entry(2, 1)})))), "nothing");
  EXPECT_EQ(broken(watch.restarted(NodeId(1), server(1, disk(1, {entry(1, 1)})))), "durable_entry_lost");
}

TEST(RaftInvariants, LetARestartLoseWhatWasNeverDurable) {
  RaftInvariants watch;
  auto raft = server(1, disk(0, {}));
  raft.receive(Instant{}, NodeId(2), raft::Append{Term(1), {}, Index(0), {entry(1, 1)}});
  EXPECT_EQ(broken(watch.observe(NodeId(1), raft)), "nothing");
  EXPECT_EQ(broken(watch.restarted(NodeId(1), server(1, disk(0, {})))), "nothing");
}

TEST(RaftInvariants, FindReplicasThatDiverge) {
  RaftInvariants watch;
  EXPECT_EQ(broken(watch.applied(NodeId(1), Index(7), 0xA)), "nothing");
  EXPECT_EQ(broken(watch.applied(NodeId(2), Index(7), 0xA)), "nothing");
  EXPECT_EQ(broken(watch.applied(NodeId(3), Index(7), 0xB)), "state_divergence");
}

}  // namespace
}  // namespace check
