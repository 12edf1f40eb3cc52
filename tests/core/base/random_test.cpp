#include "core/base/random.hpp"

#include <array>
#include <gtest/gtest.h>
#include <limits>
#include <rapidcheck/gtest.h>

namespace base {
namespace {

// From the authors' reference implementation.
TEST(Random, IsSplitMix64) {
  Random random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317u);
  EXPECT_EQ(random.next(), 3203168211198807973u);
  EXPECT_EQ(random.next(), 9817491932198370423u);
}

TEST(Random, HasStreamsThatDiffer) {
  Random a(1, "network"), b(1, "disk"), c(2, "network"), again(1, "network");
  const auto first = a.next();
  EXPECT_NE(first, b.next());
  EXPECT_NE(first, c.next());
  EXPECT_EQ(first, again.next());
}

RC_GTEST_PROP(Random, StaysWithinItsBounds, (std::uint64_t seed, std::int64_t a, std::int64_t b)) {
  Random random(seed);
  const auto low = std::min(a, b), high = std::max(a, b);
  for (int i = 0; i < 20; ++i) {
    const auto v = random.between(low, high);
    RC_ASSERT(v >= low && v <= high);
  }
}

TEST(Random, ReachesBothEnds) {
  Random random(7);
  bool low = false, high = false;
  for (int i = 0; i < 200; ++i) {
    const auto v = random.between(-1, 1);
    low = low || v == -1;
    high = high || v == 1;
  }
  EXPECT_TRUE(low && high);
  constexpr auto least = std::numeric_limits<std::int64_t>::min(),
                 most = std::numeric_limits<std::int64_t>::max();
  EXPECT_NE(random.between(least, most), random.between(least, most));
  EXPECT_EQ(random.between(5, 5), 5);
}

// A bound of 3/4 of the range: taking the remainder alone would draw the lower third twice as often.
TEST(Random, HasNoBias) {
  Random random(42);
  const std::uint64_t quarter = std::uint64_t{1} << 62;
  std::array<int, 3> counts{};
  for (int i = 0; i < 30'000; ++i) ++counts[random.below(3 * quarter) / quarter];
  for (const int count : counts) {
    EXPECT_GT(count, 9'500);
    EXPECT_LT(count, 10'500);
  }
}

TEST(Random, HitsAChanceAboutAsOftenAsItSays) {
  Random random(3);
  int hits = 0;
  for (int i = 0; i < 100'000; ++i) hits += random.chance(20'000) ? 1 : 0;
  EXPECT_GT(hits, 1'800);
  EXPECT_LT(hits, 2'200);
  EXPECT_FALSE(random.chance(0));
  EXPECT_TRUE(random.chance(1'000'000));
}

TEST(Random, RefusesAnEmptyRange) {
  Random random(1);
  EXPECT_THROW(random.below(0), CheckFailed);
  EXPECT_THROW(random.between(1, 0), CheckFailed);
}

}  // namespace
}  // namespace base
