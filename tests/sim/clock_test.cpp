#include "sim/clock.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace sim {
namespace {

RC_GTEST_PROP(Clock, ReachesAnInstantExactlyWhenItSaysSo, ()) {
  const Queue world;
  const auto drift = *rc::gen::inRange<std::int64_t>(-900'000, 900'000);
  const Clock clock(world, Duration(*rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000)), drift);
  const auto local = clock.at(Time(0)) + Duration(*rc::gen::inRange<std::int64_t>(1, 10'000'000'000'000));
  const auto when = clock.when(local);
  RC_ASSERT(clock.at(when) >= local);
  RC_ASSERT(clock.at(when - Time(1)) < local);
}

TEST(Clock, OfAFastMachineGainsItsRate) {
  const Queue world;
  const Clock clock(world, Duration(0), 500);
  EXPECT_EQ(clock.at(std::chrono::seconds(1000)).since_origin, std::chrono::milliseconds(1'000'500));
}

TEST(Clock, JumpsForward) {
  const Queue world;
  Clock clock(world, Duration(7), 0);
  clock.jump(std::chrono::seconds(2));
  EXPECT_EQ(clock.now().since_origin, std::chrono::seconds(2) + Duration(7));
}

}  // namespace
}  // namespace sim
