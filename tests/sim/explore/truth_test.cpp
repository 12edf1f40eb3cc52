#include "sim/explore/truth.hpp"

#include <gtest/gtest.h>

namespace explore {
namespace {

using raft::Index;
using raft::NodeId;
using raft::Term;

raft::Entry entry(std::uint64_t index, std::uint64_t term) {
  return {{Index(index), Term(term)}, {}, raft::Noop{}};
}

// As it starts on a disk with entries of these terms.
Server server(std::uint64_t id, std::uint64_t term, const std::vector<std::uint64_t>& log) {
  Bounds bounds;
  bounds.instant_disk = true;
  Server one = fresh_server(bounds, NodeId(id));
  one.disk.hard_state.term = Term(term);
  for (const auto its : log) one.disk.entries.push_back(entry(one.disk.entries.size() + 1, its));
  crash(one, bounds, 0);
  return one;
}

Server leader(Server one) {
  Bounds bounds;
  bounds.instant_disk = true;
  fire_election_timer(one, bounds);
  const NodeId other(one.raft.self().value % 3 + 1);
  deliver(one, bounds, other, raft::VoteGranted{one.raft.term()});
  EXPECT_TRUE(one.raft.is_leader());
  return one;
}

void commit(Server& one, std::uint64_t index) {
  Bounds bounds;
  const NodeId from(one.raft.self().value % 3 + 1);
  const raft::Position at{Index(index), *one.raft.log().term_at(Index(index))};
  deliver(one, bounds, from, raft::Append{one.raft.term(), at, Index(index), {}});
  EXPECT_EQ(one.raft.commit(), Index(index));
}

std::string judged(Truth& truth, const std::vector<Server>& servers, std::size_t who) {
  std::vector<const Server*> all;
  for (const auto& one : servers) all.push_back(&one);
  const auto broken = judge_cluster(truth, all, who, servers[who].raft.configuration());
  return broken ? broken->check : "";
}

Truth nothing() {
  return {{}, {}, std::vector<std::vector<std::uint8_t>>(3)};
}

TEST(Truth, KnowsWhoLedATerm) {
  Truth truth = nothing();
  std::vector<Server> servers{leader(server(1, 0, {})), server(2, 0, {}), server(3, 0, {})};
  EXPECT_EQ(judged(truth, servers, 0), "");
  servers[0] = server(1, 0, {});
  servers[1] = leader(server(2, 0, {}));
  EXPECT_EQ(judged(truth, servers, 1), "election_safety");
}

TEST(Truth, ComparesLogs) {
  Truth truth = nothing();
  EXPECT_EQ(judged(truth, {server(1, 2, {1, 2}), server(2, 2, {1, 2}), server(3, 2, {1, 1})}, 0), "");
  EXPECT_EQ(judged(truth, {server(1, 2, {1, 2}), server(2, 2, {2, 2}), server(3, 2, {})}, 0), "log_matching");
}

TEST(Truth, WantsWhatIsCommittedOnTheDisksOfAMajority) {
  Truth truth = nothing();
  std::vector<Server> servers{server(1, 1, {1}), server(2, 1, {1}), server(3, 1, {})};
  commit(servers[0], 1);
  EXPECT_EQ(judged(truth, servers, 0), "");
  EXPECT_EQ(truth.committed.size(), 1u);
  truth = nothing();
  servers[1].disk.entries.clear();
  EXPECT_EQ(judged(truth, servers, 0), "durability");
}

TEST(Truth, WantsWhatIsCommittedInEveryLaterLeader) {
  Truth truth = nothing();
  truth.committed = {{1, 1}};
  EXPECT_EQ(judged(truth, {leader(server(1, 1, {1})), server(2, 1, {1}), server(3, 1, {})}, 0), "");
  truth.leaders.clear();
  EXPECT_EQ(judged(truth, {server(1, 1, {1}), server(2, 1, {1}), leader(server(3, 1, {}))}, 2),
            "leader_completeness");
}

TEST(Truth, WantsTheSameCommittedEverywhere) {
  Truth truth = nothing();
  truth.committed = {{1, 1}};
  std::vector<Server> servers{server(1, 2, {2}), server(2, 2, {2}), server(3, 2, {})};
  commit(servers[0], 1);
  EXPECT_EQ(judged(truth, servers, 0), "state_machine_safety");
}

TEST(Truth, WantsReadsNoOlderThanTheirQuestion) {
  Truth truth = nothing();
  truth.floors[1] = {1, 2};
  Effects effects;
  effects.served = {{0, Index(1)}};
  EXPECT_FALSE(judge_reads(truth, 1, effects));
  EXPECT_EQ(truth.floors[1], std::vector<std::uint8_t>{2});
  const auto broken = judge_reads(truth, 1, effects);
  ASSERT_TRUE(broken);
  EXPECT_EQ(broken->check, "linearizable_read");
}

TEST(Steps, KeepTheirVoteAndTermOnDisk) {
  const Server before = server(1, 2, {});
  Server after = before;
  after.disk.hard_state.term = Term(1);
  EXPECT_EQ(judge_step(before, after, true, {})->check, "term_falls");
  Server voted = before;
  voted.disk.hard_state.vote = NodeId(2);
  EXPECT_FALSE(judge_step(before, voted, true, {}));
  EXPECT_EQ(judge_step(voted, before, true, {})->check, "one_vote");
}

TEST(Steps, SendOnlyWhatTheirDiskVouchesFor) {
  const Server one = server(1, 2, {});
  EXPECT_FALSE(judge_step(one, one, false, {{NodeId(2), raft::VoteRefused{Term(2)}}}));
  EXPECT_EQ(judge_step(one, one, false, {{NodeId(2), raft::VoteGranted{Term(2)}}})->check,
            "persist_before_send");
}

}  // namespace
}  // namespace explore
