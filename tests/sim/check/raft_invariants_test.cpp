// Every invariant of the cluster is broken once, by servers that claim what no correct cluster holds.
#include "sim/check/raft_invariants.hpp"

#include <gtest/gtest.h>
#include <map>
#include <set>

#include "sim/check/configurations.hpp"

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
  return {{Term(term), vote}, {{}, {}, raft::bootstrap(3)}, std::move(entries), {}};
}

// A server of a cluster of three.
raft::Raft server(std::uint64_t id, raft::Recovered recovered) {
  return raft::Raft({NodeId(id), {}, id}, std::move(recovered), Instant{});
}

// A server that takes itself for the whole cluster, so it leads the term after the one on its disk.
struct Loner {
  explicit Loner(std::uint64_t id, raft::Recovered recovered)
      : raft({NodeId(id), {}, id}, alone(id, std::move(recovered)), Instant{}) {
    for (int i = 0; i < 10 && !raft.is_leader(); ++i) {
      now = std::max(now, raft.deadline());
      raft.tick(now);
      settle();
    }
    EXPECT_TRUE(raft.is_leader());
  }
  static raft::Recovered alone(std::uint64_t id, raft::Recovered recovered) {
    std::erase_if(recovered.snapshot.configuration.members,
                  [&](const raft::Member& member) { return member.id != NodeId(id); });
    return recovered;
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
  EXPECT_EQ(broken(watch.observe(NodeId(1), Loner(1, disk(1, {entry(1, 1)})).raft)), "nothing");
  EXPECT_EQ(broken(watch.observe(NodeId(2), Loner(2, disk(1, {entry(1, 1)})).raft)), "election_safety");
}

TEST(RaftInvariants, FindAFollowerOfAnotherThanTheLeader) {
  RaftInvariants watch;
  EXPECT_EQ(broken(watch.observe(NodeId(3), Loner(3, disk(1, {entry(1, 1)})).raft)), "nothing");
  EXPECT_EQ(broken(watch.observe(NodeId(1), follower_with(1, {}, 0))), "nothing");
  EXPECT_EQ(broken(watch.observe(NodeId(1), follower_with(2, {}, 0))), "follows_another");
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

// Memberships.

raft::Configuration members(std::vector<raft::Member> list, std::uint64_t last_id) {
  return {std::move(list), NodeId(last_id)};
}
raft::Member member(std::uint64_t id, raft::Suffrage suffrage = raft::Suffrage::voter,
                    bool outgoing = false) {
  raft::Member one;
  one.id = NodeId(id);
  one.suffrage = suffrage;
  one.outgoing = outgoing;
  return one;
}
raft::Configuration joint_of_three_and_four() {
  return members({member(1, raft::Suffrage::leaving, true), member(2, raft::Suffrage::voter, true),
                  member(3, raft::Suffrage::voter, true), member(4)},
                 4);
}
raft::Entry configured(std::uint64_t index, std::uint64_t term, raft::Configuration configuration) {
  return {{Index(index), Term(term)}, {}, std::move(configuration)};
}

TEST(Quorum, NeedsBothMajoritiesWhileJoint) {
  const auto joint = joint_of_three_and_four();
  const auto have = [](std::set<std::uint64_t> ids) {
    return [ids](NodeId id) { return ids.contains(id.value); };
  };
  EXPECT_TRUE(has_quorum(joint, have({2, 3})));
  EXPECT_FALSE(has_quorum(joint, have({1, 2})));
  EXPECT_FALSE(has_quorum(joint, have({3, 4})));
  EXPECT_TRUE(has_quorum(joint, have({1, 2, 4})));
  const auto learner = members({member(1), member(2), member(3, raft::Suffrage::learner)}, 3);
  EXPECT_FALSE(has_quorum(learner, have({1, 3})));
}

TEST(Configurations, GoFromOneToTheNextByAJointOne) {
  const auto three = raft::bootstrap(3);
  const auto learning = members({member(1), member(2), member(3), member(4, raft::Suffrage::learner)}, 4);
  const auto joint = joint_of_three_and_four();
  EXPECT_EQ(illegal_step(three, learning), std::nullopt);
  EXPECT_EQ(illegal_step(learning, joint), std::nullopt);
  EXPECT_EQ(illegal_step(joint, members({member(2), member(3), member(4)}, 4)), std::nullopt);
  EXPECT_NE(illegal_step(learning, members({member(2), member(3), member(4)}, 4)), std::nullopt);
  EXPECT_NE(illegal_step(joint, members({member(2), member(3)}, 4)), std::nullopt);
  EXPECT_NE(illegal_step(joint, joint), std::nullopt);
}

TEST(Configurations, NeverGiveOutAnIdTwice) {
  const auto gone = members({member(1), member(2)}, 3);
  EXPECT_EQ(illegal_step(gone, members({member(1), member(2), member(4, raft::Suffrage::learner)}, 4)),
            std::nullopt);
  EXPECT_NE(illegal_step(gone, members({member(1), member(2), member(3, raft::Suffrage::learner)}, 3)),
            std::nullopt);
  EXPECT_NE(illegal_step(gone, members({member(1), member(2)}, 2)), std::nullopt);
  auto other = gone;
  other.members[0].incarnation = 7;
  EXPECT_NE(illegal_step(gone, other), std::nullopt);
}

TEST(RaftInvariants, FindAChangeOfVotesThatIsNotJoint) {
  RaftInvariants watch;
  const auto other = members({member(1), member(2)}, 3);
  EXPECT_EQ(broken(watch.observe(NodeId(1), server(1, disk(1, {configured(1, 1, other)})))),
            "configuration_step");
}

TEST(RaftInvariants, FindTwoChangesThatAreNotCommitted) {
  RaftInvariants watch;
  const auto learning = members({member(1), member(2), member(3), member(4, raft::Suffrage::learner)}, 4);
  const auto entries =
      std::vector<raft::Entry>{configured(1, 1, raft::bootstrap(3)), configured(2, 1, learning)};
  EXPECT_EQ(broken(watch.observe(NodeId(1), server(1, disk(1, entries)))), "one_change_at_a_time");
}

TEST(RaftInvariants, CountByBothMajoritiesOfAJointConfiguration) {
  const auto begun = std::vector<raft::Entry>{configured(1, 1, joint_of_three_and_four())};
  RaftInvariants watch;
  EXPECT_EQ(broken(watch.observe(NodeId(2), server(2, disk(1, begun)))), "nothing");
  EXPECT_EQ(broken(watch.observe(NodeId(4), server(4, disk(1, begun)))), "nothing");
  // Three of four, but one of the former three.
  auto raft = server(3, disk(1, begun));
  EXPECT_EQ(broken(watch.observe(NodeId(3), raft)), "nothing");
  raft.receive(Instant{}, NodeId(2), raft::Heartbeat{Term(1), raft::Round(1), Index(0)});
  RaftInvariants poorer;
  EXPECT_EQ(broken(poorer.observe(NodeId(4), server(4, disk(1, begun)))), "nothing");
  auto lone = server(3, disk(1, begun));
  EXPECT_EQ(broken(poorer.observe(NodeId(3), lone)), "nothing");
  lone.receive(Instant{}, NodeId(2), raft::Append{Term(1), {Index(1), Term(1)}, Index(1), {}});
  EXPECT_EQ(broken(poorer.observe(NodeId(3), lone)), "durability");
}

// Server 2 of three leads term 1, as it believes by the vote of server 1.
raft::Raft elected_by_one() {
  auto raft = server(2, disk(0, {}));
  const auto now = raft.deadline();
  const auto settle = [&] {
    for (auto out = raft.flush(now); out.write; out = raft.flush(now)) raft.durable(now, out.write->id);
  };
  raft.tick(now);
  raft.receive(now, NodeId(1), raft::PreVoteGranted{Term(1)});
  settle();
  raft.receive(now, NodeId(1), raft::VoteGranted{Term(1)});
  EXPECT_TRUE(raft.is_leader());
  return raft;
}

TEST(RaftInvariants, FindALeaderThatNoQuorumVotedFor) {
  const auto asks = raft::RequestVote{Term(1), {}, false};
  RaftInvariants watch;
  EXPECT_EQ(broken(watch.sent(NodeId(2), NodeId(1), asks)), "nothing");
  EXPECT_EQ(broken(watch.observe(NodeId(2), elected_by_one())), "elected_without_quorum");
  RaftInvariants silent;  // its own vote never left it, so nothing says that it is on a disk
  EXPECT_EQ(broken(silent.sent(NodeId(1), NodeId(2), raft::VoteGranted{Term(1)})), "nothing");
  EXPECT_EQ(broken(silent.observe(NodeId(2), elected_by_one())), "elected_without_quorum");
  RaftInvariants fair;
  EXPECT_EQ(broken(fair.sent(NodeId(2), NodeId(1), asks)), "nothing");
  EXPECT_EQ(broken(fair.sent(NodeId(1), NodeId(2), raft::VoteGranted{Term(1)})), "nothing");
  EXPECT_EQ(broken(fair.observe(NodeId(2), elected_by_one())), "nothing");
}

TEST(RaftInvariants, LetTheOnlyVoterElectItself) {
  RaftInvariants watch;
  EXPECT_EQ(broken(watch.sent(NodeId(1), NodeId(2), raft::Heartbeat{Term(1), raft::Round(1), Index(0)})),
            "nothing");
  EXPECT_EQ(broken(watch.observe(NodeId(1), Loner(1, disk(0, {})).raft)), "nothing");
}

// A leader of one that has committed its first entry, at index 1.
raft::SnapshotMeta meta_of(const raft::Raft& raft) {
  return raft.log().meta_at(raft.commit());
}

TEST(RaftInvariants, FindASnapshotOfWhatNobodyCommitted) {
  RaftInvariants watch;
  auto found = disk(1, {});
  found.snapshot.at = {Index(3), Term(1)};
  EXPECT_EQ(broken(watch.observe(NodeId(1), server(1, found))), "snapshot_beyond_commit");
}

TEST(RaftInvariants, FindASnapshotOfAnotherTermOrConfiguration) {
  const Loner leader(1, disk(0, {}));
  for (const std::string wrong : {"term", "stamp", "members", ""}) {
    RaftInvariants watch;
    EXPECT_EQ(broken(watch.observe(NodeId(1), leader.raft)), "nothing");
    auto found = disk(5, {});
    found.snapshot = meta_of(leader.raft);
    if (wrong == "term") found.snapshot.at.term = Term(4);
    if (wrong == "stamp") found.snapshot.stamp.ms += 1;
    if (wrong == "members") found.snapshot.configuration = raft::bootstrap(5);
    EXPECT_EQ(broken(watch.observe(NodeId(2), server(2, found))), wrong.empty() ? "nothing"
                                                                  : wrong == "members"
                                                                      ? "snapshot_configuration"
                                                                      : "snapshot_position");
  }
}

TEST(RaftInvariants, FindOneSnapshotWithTwoContents) {
  const Loner leader(1, disk(0, {}));
  RaftInvariants watch;
  EXPECT_EQ(broken(watch.observe(NodeId(1), leader.raft)), "nothing");
  raft::Recovered kept = disk(1, {});
  kept.snapshot = meta_of(leader.raft);
  kept.pieces = {base::Bytes(std::string("no machine at all"))};
  EXPECT_EQ(broken(watch.snapshot_kept(NodeId(1), kept)), "snapshot_bytes");
  RaftInvariants other;
  EXPECT_EQ(broken(other.observe(NodeId(1), leader.raft)), "nothing");
  (void)other.snapshot_kept(NodeId(1), kept);
  kept.pieces = {base::Bytes(std::string("another"))};
  EXPECT_EQ(broken(other.snapshot_kept(NodeId(2), kept)), "snapshot_bytes");
}

TEST(RaftInvariants, LetALogBeginBehindASnapshot) {
  Loner leader(1, disk(0, {}));
  RaftInvariants watch;
  for (int i = 0; i < 5; ++i) leader.raft.propose(leader.now, raft::Noop{});
  leader.settle();
  EXPECT_EQ(broken(watch.observe(NodeId(1), leader.raft)), "nothing");
  auto found = disk(leader.raft.term().value, {leader.raft.log().at(Index(6))});
  found.snapshot = leader.raft.log().meta_at(Index(5));
  EXPECT_EQ(broken(watch.observe(NodeId(2), server(2, found))), "nothing");
  EXPECT_EQ(broken(watch.restarted(NodeId(2), server(2, found))), "nothing");
  found.entries[0].stamp.ms += 1;
  EXPECT_EQ(broken(watch.restarted(NodeId(2), server(2, found))), "log_matching");
}

}  // namespace
}  // namespace check
