#include "sim/explore/anatomy.hpp"

#include <gtest/gtest.h>

#include "core/base/random.hpp"
#include "sim/explore/world.hpp"

namespace explore {
namespace {

using raft::NodeId;
using raft::Term;

std::string form(const Server& server, const Rename& rename = renames(3).front()) {
  std::string text;
  write_canonical(text, server, rename, false);
  return text;
}

Server fresh(std::uint64_t id) {
  return fresh_server(Bounds(), NodeId(id));
}

raft::Message heartbeat(std::uint64_t term) {
  return raft::Heartbeat{Term(term), raft::Round(1), raft::Index(0)};
}

TEST(Anatomy, LeavesOutTime) {
  Server late = fresh(1);
  late.now = late.now + std::chrono::hours(5);
  EXPECT_EQ(form(late), form(fresh(1)));
}

TEST(Anatomy, CountsWritesFromTheLastDurableOne) {
  const Bounds bounds;
  Server one = fresh(1), two = fresh(1);
  deliver(one, bounds, NodeId(2), heartbeat(1));
  finish_write(one, bounds);
  deliver(one, bounds, NodeId(2), heartbeat(2));
  deliver(two, bounds, NodeId(2), heartbeat(2));
  EXPECT_NE(form(one), form(two)) << "one's disk knows term 1";
  finish_write(one, bounds);
  finish_write(two, bounds);
  EXPECT_EQ(form(one), form(two));
}

TEST(Anatomy, TellsApartWhatWaitsForTheDisk) {
  const Bounds bounds;
  Server waits = fresh(1);
  deliver(waits, bounds, NodeId(2), raft::RequestVote{Term(1), {}});
  Server done = waits;
  finish_write(done, bounds);
  EXPECT_NE(form(waits), form(done));
}

TEST(Anatomy, IsTheSameUnderOtherNames) {
  const Bounds bounds;
  Server one = fresh(1), two = fresh(2);
  deliver(one, bounds, NodeId(2), raft::RequestVote{Term(1), {}});
  deliver(two, bounds, NodeId(1), raft::RequestVote{Term(1), {}});
  const Rename swapped({2, 1, 3});
  EXPECT_NE(form(one), form(two));
  EXPECT_EQ(form(one, swapped), form(two));
  EXPECT_EQ(form(one), form(two, swapped));
}

// The search keeps one server for all that look alike, however they came about. A server that goes its way
// by itself must stay the one that the search takes it for; else a form leaves out what matters.
void walk(const Bounds& bounds, std::uint64_t seed) {
  World world(bounds);
  base::Random random(seed);
  State state = world.initial();
  std::vector<Server> own;
  for (unsigned i = 1; i <= bounds.servers; ++i) own.push_back(fresh_server(bounds, NodeId(i)));
  std::vector<Action> actions;
  // Other walks first, so that this one meets servers that came about in other ways.
  for (int others = 0; others < 20; ++others) {
    State other = world.initial();
    for (int i = 0; i < 40; ++i) {
      world.actions(other, actions);
      if (actions.empty()) break;
      const auto broken = world.apply(other, actions[random.below(actions.size())]);
      ASSERT_FALSE(broken) << broken->check << ": " << broken->what << ", seed " << seed;
    }
  }
  for (int i = 0; i < 60; ++i) {
    world.actions(state, actions);
    if (actions.empty()) return;
    const Action action = actions[random.below(actions.size())];
    const auto broken = world.apply(state, action);
    ASSERT_FALSE(broken) << broken->check << ": " << broken->what << ", seed " << seed;
    world.carry_out(own[action.server], action);
    ASSERT_EQ(form(own[action.server]), form(world.server(state, action.server))) << "seed " << seed;
  }
}

TEST(Anatomy, KeepsAllThatMattersOfMembersSnapshotsAndTransfers) {
  Bounds bounds;
  bounds.terms = 5;
  bounds.entries = 2;
  bounds.crashes = 1;
  bounds.rounds = 2;
  bounds.snapshots = 3;
  bounds.transfers = 2;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) walk(bounds, seed);
  bounds.instant_disk = true;
  bounds.changes = 1;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) walk(bounds, seed);
  bounds.voters = 2;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) walk(bounds, seed);
}

TEST(Anatomy, KeepsAllThatMatters) {
  Bounds bounds;
  bounds.terms = 4;
  bounds.entries = 2;
  bounds.crashes = 2;
  bounds.rounds = 3;
  bounds.reads = 2;
  bounds.cut_offs = 1;
  bounds.duplicates = 3;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) walk(bounds, seed);
  bounds.pre_vote = true;
  bounds.batch = 1;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) walk(bounds, seed);
}

}  // namespace
}  // namespace explore
