#include "sim/explore/search.hpp"

#include <gtest/gtest.h>

#include "sim/explore/story.hpp"

namespace explore {
namespace {

const GoOn kFree = [](const Report&) { return true; };

Report searched(const Bounds& bounds) {
  World world(bounds);
  return search(world, kFree);
}

Bounds one_term() {
  Bounds bounds;
  bounds.terms = 1;
  return bounds;
}

TEST(Search, FindsNothingWrongWithOneTermOfThreeServers) {
  auto bounds = one_term();
  bounds.entries = 1;
  bounds.crashes = 1;
  const Report report = searched(bounds);
  EXPECT_EQ(report.end, End::searched);
  EXPECT_FALSE(report.violation) << report.violation->what;
  EXPECT_EQ(report.waiting, 0u);
  EXPECT_EQ(report.expanded, report.states);
  EXPECT_GT(report.states, 10'000u);
}

// The whole space takes some seconds more: raftsim explore --disk instant.
TEST(Search, FindsNothingWrongInTheFirstStepsOfTwoTerms) {
  Bounds bounds;
  bounds.instant_disk = true;
  bounds.depth = 13;
  EXPECT_FALSE(searched(bounds).violation);
}

TEST(Search, FindsNothingWrongWithPreVotesHeartbeatsAndReads) {
  auto bounds = one_term();
  bounds.pre_vote = true;
  bounds.instant_disk = true;
  bounds.rounds = 2;
  bounds.reads = 1;
  bounds.depth = 9;
  EXPECT_FALSE(searched(bounds).violation);
}

// With what must be seen to happen on the way, so that nothing is found because nothing is done.
TEST(Search, FindsNothingWrongWithOneJoinerAndASnapshot) {
  auto bounds = one_term();
  bounds.voters = 2;
  bounds.changes = 1;
  bounds.snapshots = 1;
  bounds.instant_disk = true;
  const Report report = searched(bounds);
  EXPECT_EQ(report.end, End::searched);
  EXPECT_FALSE(report.violation) << report.violation->what;
  const auto all = report.states;
  bounds.snapshots = 0;
  const auto without_snapshots = searched(bounds).states;
  bounds.changes = 0;
  EXPECT_LT(without_snapshots, all);
  EXPECT_LT(searched(bounds).states, without_snapshots);
}

TEST(Search, FindsNothingWrongWithAServerThatLeaves) {
  auto bounds = one_term();
  bounds.changes = 1;
  bounds.instant_disk = true;
  bounds.depth = 16;
  EXPECT_FALSE(searched(bounds).violation);
}

TEST(Search, FindsNothingWrongWithATransfer) {
  Bounds bounds;
  bounds.elections = 1;
  bounds.transfers = 1;
  bounds.instant_disk = true;
  const Report report = searched(bounds);
  EXPECT_EQ(report.end, End::searched);
  EXPECT_FALSE(report.violation) << report.violation->what;
}

TEST(Search, FindsNothingWrongFromFigure8) {
  Bounds bounds;
  bounds.start = figure_8(3);
  bounds.terms = 5;
  bounds.elections = 2;
  bounds.batch = 1;
  bounds.instant_disk = true;
  bounds.depth = 12;
  World world(bounds);
  const State first = world.initial();
  EXPECT_EQ(world.server(first, 2).raft.log().last(), (raft::Position{raft::Index(2), raft::Term(3)}));
  EXPECT_EQ(world.truth(first).committed.size(), 1u);
  EXPECT_EQ(world.truth(first).leaders, (std::vector<std::uint8_t>{0, 0, 3}));
  const Report report = search(world, kFree);
  EXPECT_FALSE(report.violation) << report.violation->what;
}

// One copy can only reach more. Where any number may come, what a server holds back is folded, so there may
// be fewer states again.
TEST(Search, ReachesMoreWhereMessagesComeAgain) {
  auto bounds = one_term();
  const auto once = searched(bounds).states;
  bounds.duplicates = 1;
  EXPECT_LT(once, searched(bounds).states);
  bounds.any_duplicates = true;
  const auto any = searched(bounds);
  EXPECT_EQ(any.end, End::searched);
  EXPECT_LT(once, any.states);
}

// Every state stands for at most 3! of them.
TEST(Search, TakesStatesForOneThatDifferByNamesOnly) {
  auto bounds = one_term();
  const auto folded = searched(bounds).states;
  bounds.symmetry = false;
  const auto all = searched(bounds).states;
  EXPECT_LT(folded * 4, all);
  EXPECT_LE(all, folded * 6);
}

TEST(Search, IsTheSameTwice) {
  auto bounds = one_term();
  bounds.entries = 1;
  const Report a = searched(bounds);
  const Report b = searched(bounds);
  EXPECT_EQ(a.states, b.states);
  EXPECT_EQ(a.transitions, b.transitions);
  EXPECT_EQ(a.depth, b.depth);
}

TEST(Search, SaysWhichBoundEndedIt) {
  Bounds bounds;
  bounds.depth = 3;
  const Report shallow = searched(bounds);
  EXPECT_EQ(shallow.end, End::depth);
  EXPECT_EQ(shallow.depth, 3u);
  EXPECT_GT(shallow.waiting, 0u);
  bounds.depth = 0;
  bounds.memory_bytes = 1 << 20;
  EXPECT_EQ(searched(bounds).end, End::memory);
  World world(bounds);
  EXPECT_EQ(search(world, [](const Report&) { return false; }).end, End::stopped);
}

// Timer, write: then the request for a vote leaves, and what it vouches for is nowhere.
TEST(Search, TellsTheShortestPathToAPlantedFailure) {
  auto bounds = one_term();
  bounds.lying_disk = true;
  World world(bounds);
  const Report report = search(world, kFree);
  ASSERT_EQ(report.end, End::violation);
  EXPECT_EQ(report.violation->check, "persist_before_send");
  ASSERT_EQ(report.path.size(), 2u);
  const auto lines = tell(world, report.path);
  ASSERT_EQ(lines.size(), 2 * 4 + 1u);
  EXPECT_EQ(lines[0], "1. server 1's election timer fires");
  EXPECT_EQ(
      lines[1],
      "      server 1 stands in term 1, vote 1, log none, commit 0 | disk: term 0, vote none, log none | "
      "writes waiting: 1");
  EXPECT_EQ(lines[4], "2. server 1's oldest write becomes durable");
  EXPECT_EQ(
      lines[8],
      "persist_before_send: server 1 sends RequestVote, and its disk lacks term 1; the disk knows term 0");
}

}  // namespace
}  // namespace explore
