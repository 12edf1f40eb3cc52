#include "world.hpp"

namespace lock {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

TEST(Lock, IsGrantedAtOnceWhereItIsFree) {
  World world;
  const auto session = world.open(Millis(10'000));
  world.pass(Millis(500));
  EXPECT_EQ(world.ask(session, wait_for("a")),
            Reply(Granted{Token(1), Lease{LogTime{1'500}, LogTime{11'000}}, false}));
  EXPECT_THAT(world.events_of<LockGranted>(), ElementsAre(granted("a", Token(1), session)));
}

TEST(Lock, AnswersHeldToWhoDoesNotWait) {
  World world;
  const auto holder = world.open(Millis(10'000), "alice"), other = world.open();
  world.take(holder, "a");
  world.pass(Millis(700));
  EXPECT_EQ(world.ask(other, try_for("a")), Reply(Held{"alice", Millis(700)}));
  EXPECT_EQ(world.machine.view("a", world.now).waiters, 0u);
}

TEST(Lock, QueuesWhoWaitsAndTellsThePlace) {
  World world;
  const auto holder = world.open(Millis(10'000), "alice"), b = world.open(), c = world.open();
  world.take(holder, "a");
  world.pass(Millis(700));
  EXPECT_EQ(world.ask(b, wait_for("a")), Reply(Queued{"alice", Millis(700), 0}));
  EXPECT_EQ(world.ask(c, wait_for("a")), Reply(Queued{"alice", Millis(700), 1}));
  EXPECT_EQ(world.machine.view("a", world.now).waiters, 2u);
}

TEST(Lock, IsGrantedInTheOrderOfArrivalWithRisingTokens) {
  World world;
  const auto holder = world.open();
  auto token = world.take(holder, "a");
  std::vector<SessionId> waiters;
  for (int i = 0; i < 4; ++i) {
    waiters.push_back(world.open());
    world.ask(waiters.back(), wait_for("a"));
  }
  for (const auto waiter : waiters) {
    world.ask(holder, Release{"a", token});
    const auto reply = world.late(waiter, world.last(waiter));
    ASSERT_THAT(reply, Optional(is<Granted>()));
    const auto granted = std::get<Granted>(*reply);
    EXPECT_TRUE(granted.waited);
    EXPECT_EQ(granted.token, token.next());
    token = granted.token;
  }
}

TEST(Lock, OfAnotherNameIsAnotherLock) {
  World world;
  const auto one = world.open(), two = world.open();
  world.take(one, "a");
  EXPECT_EQ(world.take(two, "a/b"), Token(2));
}

TEST(Lock, IsReleasedByTokenWhoeverAsks) {
  World world;
  const auto holder = world.open(), other = world.open();
  const auto token = world.take(holder, "a");
  EXPECT_EQ(world.ask(other, Release{"a", token}), Reply(Released{}));
  EXPECT_THAT(world.events_of<HoldEnded>(), ElementsAre(ended("a", token, holder, EndReason::released)));
  EXPECT_EQ(world.take(other, "a"), token.next());
}

TEST(Lock, IsNeverReleasedByAnotherHoldsToken) {
  World world;
  const auto session = world.open();
  const auto old = world.take(session, "a");
  world.ask(session, Release{"a", old});
  const auto current = world.take(session, "a"), elsewhere = world.take(session, "b");
  EXPECT_EQ(world.ask(session, Release{"a", old}), Reply(NotHeld{}));
  EXPECT_EQ(world.ask(session, Release{"a", elsewhere}), Reply(NotHeld{}));
  EXPECT_EQ(world.ask(session, Release{"a", Token(0)}), Reply(NotHeld{}));
  EXPECT_EQ(world.ask(session, Release{"c", current}), Reply(NotHeld{}));
  EXPECT_TRUE(world.machine.hold_left("a", current, world.now));
}

TEST(Lock, IsNotWaitedForTwiceByOneSession) {
  World world;
  const auto session = world.open(), other = world.open();
  world.take(session, "a");
  world.ask(other, wait_for("a"));
  EXPECT_THAT(world.ask(other, wait_for("a")), refused_because("already waits for it, by request 1"));
}

TEST(Lock, LeavesNothingBehindWhenItIsFree) {
  World world;
  const auto session = world.open();
  world.ask(session, Release{"a", world.take(session, "a")});
  EXPECT_THAT(world.machine.list("", "", world.now).names, IsEmpty());
}

TEST(DetachedHold, HasALeaseOfItsOwn) {
  World world;
  const auto session = world.open(Millis(10'000)), other = world.open(Millis(90'000));
  EXPECT_EQ(world.ask(session, detached("a", Millis(30'000))),
            Reply(Granted{Token(1), Lease{LogTime{1'000}, LogTime{31'000}}, false}));
  world.pass(Millis(29'999));
  EXPECT_THAT(world.ask(other, try_for("a")), is<Held>());
  world.pass(Millis(1));
  EXPECT_EQ(world.events_of<HoldEnded>().back(), (ended("a", Token(1), session, EndReason::lease_expired)));
  EXPECT_EQ(world.take(other, "a"), Token(2));
}

TEST(DetachedHold, IsRenewedButNeverShortened) {
  World world;
  const auto session = world.open();
  const auto token = world.take_detached(session, "a", Millis(30'000));
  world.pass(Millis(5'000));
  EXPECT_EQ(world.ask(session, Renew{"a", token, Millis(1'000)}),
            Reply(Renewed{Lease{LogTime{6'000}, LogTime{31'000}}}));
  EXPECT_EQ(world.ask(session, Renew{"a", token, Millis(40'000)}),
            Reply(Renewed{Lease{LogTime{6'000}, LogTime{46'000}}}));
  EXPECT_THAT(world.machine.hold_left("a", token, world.now), Optional(Millis(40'000)));
}

TEST(DetachedHold, OfAnotherTokenIsNotRenewed) {
  World world;
  const auto session = world.open();
  const auto token = world.take_detached(session, "a", Millis(30'000));
  EXPECT_EQ(world.ask(session, Renew{"a", token.next(), Millis(1'000)}), Reply(NotHeld{}));
  EXPECT_EQ(world.ask(session, Renew{"b", token, Millis(1'000)}), Reply(NotHeld{}));
}

TEST(DetachedHold, IsReleasedByASessionThatNeverHeldIt) {
  World world;
  const auto first = world.open();
  const auto token = world.take_detached(first, "a", Millis(30'000));
  world.apply(CloseSession{first});
  EXPECT_EQ(world.ask(world.open(), Release{"a", token}), Reply(Released{}));
}

TEST(DetachedHold, ThatIsWaitedForCountsItsLeaseFromTheGrant) {
  World world;
  const auto holder = world.open(Millis(50'000)), waiter = world.open(Millis(50'000));
  const auto token = world.take(holder, "a");
  auto request = detached("a", Millis(30'000));
  request.wait = true;
  world.ask(waiter, request);
  world.pass(Millis(10'000));
  world.ask(holder, Release{"a", token});
  EXPECT_THAT(world.late(waiter, world.last(waiter)),
              Optional(Reply(Granted{Token(2), Lease{LogTime{11'000}, LogTime{41'000}}, true})));
  world.apply(CloseSession{waiter});
  EXPECT_TRUE(world.machine.hold_left("a", Token(2), world.now));
}

TEST(DetachedHold, ThatIsWaitedForBelongsToItsSessionUntilThen) {
  World world;
  const auto holder = world.open(), waiter = world.open();
  const auto token = world.take(holder, "a");
  auto request = detached("a", Millis(30'000));
  request.wait = true;
  world.ask(waiter, request);
  world.apply(CloseSession{waiter});
  world.ask(holder, Release{"a", token});
  EXPECT_FALSE(world.holder("a"));
}

TEST(BoundHold, IsKeptAliveByItsSessionAndNotByRenew) {
  World world;
  const auto session = world.open(Millis(10'000));
  const auto token = world.take(session, "a");
  EXPECT_THAT(world.ask(session, Renew{"a", token, Millis(1'000)}),
              refused_because("kept alive by its session"));
  world.pass(Millis(9'000));
  world.apply(KeepAlive{session});
  EXPECT_THAT(world.machine.hold_left("a", token, world.now), Optional(Millis(10'000)));
}

TEST(LockBounds, AreSaidToWhoBreaksThem) {
  Limits limits;
  limits.waiters_per_lock = 1;
  World world(limits);
  const auto holder = world.open(), first = world.open(), second = world.open();
  const auto token = world.take(holder, "a");
  EXPECT_THAT(world.ask(first, wait_for("a")), is<Queued>());
  EXPECT_THAT(world.ask(second, wait_for("a")), refused_because("1 requests wait"));
  EXPECT_THAT(world.ask(second, wait_for("a b")), refused_because("space"));
  EXPECT_THAT(world.ask(second, Release{"", token}), refused_because("empty"));
  EXPECT_THAT(world.ask(second, Renew{"/", token, Millis(1'000)}), refused_because("'/'"));
  EXPECT_THAT(world.ask(second, detached("b", Millis(99))), refused_because("100ms to 1d"));
  EXPECT_THAT(world.ask(second, detached("b", Millis(24 * 3'600'000 + 1))), refused_because("100ms to 1d"));
  EXPECT_THAT(world.ask(second, Renew{"a", token, Millis(1)}), refused_because("100ms to 1d"));
  auto noted = wait_for("b");
  noted.note = std::string(257, 'x');
  EXPECT_THAT(world.ask(second, noted), refused_because("256 bytes"));
}

TEST(Lock, IsRefusedBeyondTheirNumber) {
  Limits limits;
  limits.locks = 2;
  World world(limits);
  const auto session = world.open();
  const auto token = world.take(session, "a");
  world.take_detached(session, "b", Millis(60'000));
  EXPECT_THAT(world.ask(session, wait_for("c")), refused_because("2 locks are held"));
  EXPECT_THAT(world.ask(world.open(), wait_for("a")), is<Queued>());
  world.ask(session, Release{"a", token});
  EXPECT_THAT(world.ask(session, wait_for("c")), refused_because("2 locks")) << "a went to its waiter";
  world.machine.check();
}

}  // namespace
}  // namespace lock
