#include "sim/distribution.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace sim {
namespace {

TEST(Distribution, LognormalHasTheQuantilesItWasGiven) {
  const auto distribution = Distribution::lognormal(1'000'000, 20'000'000);
  Draws random(1, "");
  std::vector<std::int64_t> samples;
  for (int i = 0; i < 100'000; ++i) samples.push_back(distribution.sample(random));
  std::sort(samples.begin(), samples.end());
  EXPECT_NEAR(static_cast<int>(samples[50'000]), 1'000'000, 50'000);
  EXPECT_NEAR(static_cast<int>(samples[99'000]), 20'000'000, 2'000'000);
}

TEST(Distribution, UniformKeepsWithinItsEnds) {
  const auto distribution = Distribution::uniform(-3, 3);
  Draws random(1, "");
  for (int i = 0; i < 1000; ++i) {
    const auto sample = distribution.sample(random);
    EXPECT_TRUE(sample >= -3 && sample <= 3);
  }
}

TEST(Distribution, IsTheSameOnEveryMachine) {
  const auto distribution = Distribution::lognormal(1'000'000, 20'000'000);
  EXPECT_EQ(distribution.least(), distribution.least());
  Draws one(42, "");
  Draws other(42, "");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(distribution.sample(one), distribution.sample(other));
}

}  // namespace
}  // namespace sim
