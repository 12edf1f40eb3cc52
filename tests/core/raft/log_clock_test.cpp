#include "core/raft/log_clock.hpp"

#include <gtest/gtest.h>

namespace raft {
namespace {

using namespace std::chrono_literals;

constexpr Instant at(Duration since) {
  return Instant{} + since;
}

TEST(LogClock, StartsAtTheNewestStampAndMovesWithTheLeadersClock) {
  LogClock clock(LogTime{1000}, at(7s), 300ms);
  EXPECT_EQ(clock.time(), LogTime{1000});
  clock.observe(at(7s + 20ms));
  EXPECT_EQ(clock.time(), LogTime{1020});
}

TEST(LogClock, APauseMovesItByOneStepAtMost) {
  LogClock clock(LogTime{1000}, at(0s), 300ms);
  clock.observe(at(3600s));
  EXPECT_EQ(clock.time(), LogTime{1300});
  clock.observe(at(3600s + 50ms));
  EXPECT_EQ(clock.time(), LogTime{1350});
}

TEST(LogClock, NeverFallsAndNeverCountsTimeTwice) {
  LogClock clock(LogTime{0}, at(1s), 300ms);
  clock.observe(at(1s + 100ms));
  clock.observe(at(1s));
  EXPECT_EQ(clock.time(), LogTime{100});
  clock.observe(at(1s + 100ms));
  EXPECT_EQ(clock.time(), LogTime{100});
}

TEST(LogClock, FractionsOfAMillisecondAddUp) {
  LogClock clock(LogTime{0}, at(0s), 300ms);
  for (int i = 1; i <= 10; ++i) clock.observe(at(i * 250us));
  EXPECT_EQ(clock.time(), LogTime{2});
}

}  // namespace
}  // namespace raft
