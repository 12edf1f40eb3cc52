// One owner, several sessions: who holds a name may enter again.
#include "world.hpp"

namespace lock {
namespace {

class Reentry : public testing::Test {
 protected:
  Granted enter(SessionId session, const Acquire& request) {
    return std::get<Granted>(world.ask(session, request));
  }

  World world;
  SessionId parent = world.open(Millis(60'000), "parent");
  SessionId child = world.open(Millis(20'000), "child", parent);
  SessionId other = world.open(Millis(60'000), "other");
};

TEST_F(Reentry, GetsTheSameTokenAndCounts) {
  const auto first = enter(parent, wait_for("x"));
  const auto second = enter(child, wait_for("x"));
  EXPECT_EQ(second.token, first.token);
  EXPECT_EQ(second.entries, 2u);
  EXPECT_EQ(second.lease.end, world.now + Millis(20'000));
  EXPECT_EQ(world.holder("x")->entries, 2u);
}

TEST_F(Reentry, EndsTheHoldWithItsLastEntry) {
  enter(parent, wait_for("x"));
  enter(child, wait_for("x"));
  world.ask(other, wait_for("x"));
  EXPECT_EQ(world.ask(child, Leave{Sequence(1)}), Reply(Released{}));
  EXPECT_EQ(world.ask(child, Leave{Sequence(1)}), Reply(NotHeld{}));
  EXPECT_FALSE(world.has(other));
  EXPECT_EQ(world.ask(parent, Leave{Sequence(1)}), Reply(Released{}));
  EXPECT_TRUE(world.has(other));
}

TEST_F(Reentry, LosesTheEntryOfASessionThatEndsAndNoMore) {
  enter(parent, wait_for("x"));
  enter(child, wait_for("x"));
  world.apply(CloseSession{parent});
  ASSERT_TRUE(world.holder("x"));
  EXPECT_EQ(world.holder("x")->entries, 1u);
  world.pass(Millis(20'000));
  EXPECT_FALSE(world.holder("x"));
}

TEST_F(Reentry, IsOfTheOwnerAlsoForAChildsChild) {
  const auto token = enter(parent, wait_for("x")).token;
  const auto grandchild = world.open(Millis(20'000), "grandchild", child);
  EXPECT_EQ(enter(grandchild, wait_for("x")).token, token);
  EXPECT_THAT(world.ask(other, try_for("x")), is<Held>());
}

TEST_F(Reentry, IsNotOfASessionWhoseParentWasOver) {
  world.apply(CloseSession{parent});
  const auto orphan = world.open(Millis(20'000), "orphan", parent);
  world.ask(child, wait_for("x"));
  EXPECT_THAT(world.ask(orphan, try_for("x")), is<Held>());
}

TEST_F(Reentry, TakesLessThanWhatIsHeldAndNoMore) {
  enter(parent, wait_for("x"));
  EXPECT_EQ(enter(child, acquire({{"x", Shared{}}})).entries, 2u);
  EXPECT_THAT(world.ask(child, acquire({{"x", Counted{2}}})), refused_because("another mode"));
}

TEST_F(Reentry, RefusesAnUpgradeAsADeadlockWithItself) {
  enter(parent, acquire({{"x", Shared{}}}));
  EXPECT_EQ(world.ask(child, wait_for("x")), Reply(Deadlock{{{"child", "x"}}}));
}

TEST_F(Reentry, IsByOneGrantForAllNames) {
  enter(parent, wait_for("x"));
  EXPECT_THAT(world.ask(child, acquire({{"x", Exclusive{}}, {"y", Exclusive{}}})),
              refused_because("some of the names"));
  enter(parent, wait_for("y"));
  EXPECT_THAT(world.ask(child, acquire({{"x", Exclusive{}}, {"y", Exclusive{}}})), is<Refused>());
}

TEST_F(Reentry, IsBounded) {
  Limits limits;
  limits.entries_per_hold = 2;
  world = World(limits);
  const auto session = world.open();
  enter(session, wait_for("x"));
  enter(session, wait_for("x"));
  EXPECT_THAT(world.ask(session, wait_for("x")), refused_because("entered it 2 times"));
}

TEST_F(Reentry, ByADetachedEntryOutlivesTheBoundOne) {
  enter(parent, wait_for("x"));
  const auto again = enter(child, detached("x", Millis(30'000)));
  EXPECT_EQ(again.lease.end, world.now + Millis(30'000));
  world.apply(CloseSession{parent});
  world.apply(CloseSession{child});
  EXPECT_EQ(world.machine.hold_left("x", again.token, world.now), Millis(30'000));
  world.pass(Millis(30'000));
  EXPECT_FALSE(world.holder("x"));
}

TEST_F(Reentry, IsNotWaitedForTwiceByOneOwner) {
  world.take(other, "x");
  world.ask(parent, wait_for("x"));
  EXPECT_THAT(world.ask(child, wait_for("x")), refused_because("by request 1 of session 1"));
}

}  // namespace
}  // namespace lock
