#include "sim/growth.hpp"

#include <array>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <set>

#include "sim/budget.hpp"

namespace sim {
namespace {

using Curve = std::vector<std::pair<std::size_t, std::size_t>>;

TEST(Growth, CountsStatesThatOnlyOneSeedHasShown) {
  Growth growth;
  growth.add(1, {1, 2, 3});
  growth.add(2, {2, 3});
  growth.add(3, {3, 4});
  EXPECT_EQ(growth.states(), 4u);
  EXPECT_EQ(growth.once(), 2u);
  EXPECT_EQ(growth.next_thousandths(), 666u);
  EXPECT_EQ(growth.curve(10), (Curve{{0, 0}, {1, 3}, {2, 3}, {3, 4}}));
}

TEST(Growth, OfNothingIsNothing) {
  const Growth growth;
  EXPECT_EQ(growth.next_thousandths(), 0u);
  EXPECT_EQ(growth.curve(10), (Curve{{0, 0}}));
}

TEST(Growth, TellsWhatIsRareSoFar) {
  Growth growth;
  EXPECT_EQ(growth.add(1, {1, 2}), (std::vector<State>{1, 2}));
  EXPECT_EQ(growth.add(2, {1}), (std::vector<State>{1}));
  EXPECT_EQ(growth.add(3, {1, 2}), (std::vector<State>{2}));
}

// Seeds are dealt out to two shards; what these write down is put together in any order.
RC_GTEST_PROP(Growth, OfShardsIsThatOfTheWhole, (std::vector<std::set<std::uint8_t>> seeds, bool swap)) {
  Growth whole;
  std::array<Growth, 2> shards;
  std::array<std::vector<std::pair<std::uint64_t, std::vector<State>>>, 2> files;
  for (std::uint64_t seed = 0; seed < seeds.size(); ++seed) {
    const std::vector<State> states(seeds[seed].begin(), seeds[seed].end());
    whole.add(seed, states);
    files[seed % 2].emplace_back(seed, shards[seed % 2].add(seed, states));
  }
  Growth merged;
  for (const std::size_t file : {std::size_t{swap}, std::size_t{!swap}}) {
    for (const auto& [seed, rare] : files[file]) merged.add(seed, rare);
  }
  RC_ASSERT(merged.seeds() == whole.seeds());
  RC_ASSERT(merged.once() == whole.once());
  RC_ASSERT(merged.all() == whole.all());
  RC_ASSERT(merged.curve(7) == whole.curve(7));
}

TEST(Chooser, TakesEachOnceAndThenTheOneThatShowsMore) {
  Chooser chooser(3);
  std::vector<int> turns(3);
  for (int turn = 0; turn < 103; ++turn) {
    const auto i = chooser.next();
    EXPECT_TRUE(turn >= 3 || turns[i] == 0);
    ++turns[i];
    chooser.spent(i, 1'000'000'000, i == 1 ? 10 : 1);
  }
  EXPECT_GT(turns[1], 60);
  EXPECT_GT(turns[0], 8);
  EXPECT_GT(turns[2], 8);
}

TEST(Chooser, LeavesTheOneThatShowsNothingNewAnyMore) {
  Chooser chooser(2);
  std::vector<int> turns(2);
  for (int turn = 0; turn < 100; ++turn) {
    const auto i = chooser.next();
    if (turn >= 20) ++turns[i];
    chooser.spent(i, 1'000'000'000, i == 0 ? (turn < 10 ? 100 : 0) : 2);
  }
  EXPECT_GT(turns[1], turns[0]);
}

}  // namespace
}  // namespace sim
