// Maximum holds, and what follows an end that was not clean.
#include "world.hpp"

namespace lock {
namespace {

using testing::ElementsAre;

class Delay : public testing::Test {
 protected:
  Acquire delayed(const std::string& name) {
    auto request = wait_for(name);
    request.lock_delay = Millis(3'000);
    return request;
  }

  World world;
  SessionId holder = world.open(Millis(10'000), "holder"), next = world.open(Millis(90'000), "next");
};

TEST_F(Delay, KeepsTheNameAfterTheHolderHasExpired) {
  world.ask(holder, delayed("x"));
  world.ask(next, wait_for("x"));
  world.pass(Millis(10'000));
  EXPECT_EQ(world.machine.view("x", world.now).blocked_for, Millis(3'000));
  EXPECT_EQ(world.machine.next_expiry(), world.now + Millis(3'000));
  world.pass(Millis(2'999));
  EXPECT_FALSE(world.has(next));
  world.pass(Millis(1));
  EXPECT_TRUE(world.has(next));
}

TEST_F(Delay, IsNotEndedByAReleaseOfTheToken) {
  const auto token = std::get<Granted>(world.ask(holder, delayed("x"))).token;
  world.pass(Millis(10'000));
  EXPECT_EQ(world.ask(next, Release{"x", token}), Reply(NotHeld{}));
  EXPECT_TRUE(world.machine.view("x", world.now).blocked_for);
}

TEST_F(Delay, DoesNotFollowACleanEnd) {
  const auto token = std::get<Granted>(world.ask(holder, delayed("x"))).token;
  world.ask(holder, Release{"x", token});
  EXPECT_THAT(world.ask(next, delayed("x")), is<Granted>());
  world.apply(CloseSession{next});
  EXPECT_TRUE(world.machine.locks().empty());
}

TEST_F(Delay, IsBounded) {
  auto request = delayed("x");
  request.lock_delay = Limits().lock_delay_max + Millis(1);
  EXPECT_THAT(world.ask(holder, request), refused_because("at most"));
}

TEST_F(Delay, OfSeveralHoldersTheLongestCounts) {
  auto request = delayed("x");
  request.locks = {{"x", Shared{}}};
  world.ask(holder, request);
  request.lock_delay = Millis(9'000);
  const auto second = world.open(Millis(10'000));
  world.ask(second, request);
  world.pass(Millis(10'000));
  EXPECT_EQ(world.machine.view("x", world.now).blocked_for, Millis(9'000));
  world.pass(Millis(9'000));
  EXPECT_TRUE(world.machine.locks().empty());
}

TEST_F(Delay, FollowsAMaximumHold) {
  auto request = delayed("x");
  request.max_hold = Millis(5'000);
  const auto granted = std::get<Granted>(world.ask(holder, request));
  EXPECT_EQ(granted.ends_by, world.now + Millis(5'000));
  EXPECT_EQ(granted.lease.end, world.now + Millis(5'000));
  world.pass(Millis(4'000));
  world.apply(KeepAlive{holder});
  world.pass(Millis(1'000));
  EXPECT_THAT(world.events_of<HoldEnded>(),
              ElementsAre(ended("x", granted.token, holder, EndReason::over_max, "holder")));
  EXPECT_EQ(std::get<KeptAlive>(world.apply(KeepAlive{holder})).taken,
            (std::vector<Taken>{{granted.token, "over its maximum hold"}}));
  EXPECT_EQ(world.machine.view("x", world.now).blocked_for, Millis(3'000));
}

TEST_F(Delay, AMaximumHoldIsNotRenewedAway) {
  auto request = detached("x", Millis(4'000));
  request.max_hold = Millis(5'000);
  const auto token = std::get<Granted>(world.ask(holder, request)).token;
  EXPECT_EQ(world.ask(holder, Renew{"x", token, Millis(60'000)}),
            Reply(Renewed{Lease{world.now, world.now + Millis(5'000)}}));
  world.pass(Millis(5'000));
  EXPECT_FALSE(world.holder("x"));
}

}  // namespace
}  // namespace lock
