// A request that would wait for itself.
#include "world.hpp"

namespace lock {
namespace {

class Cycle : public testing::Test {
 protected:
  World world;
  SessionId a = world.open(Millis(60'000), "a"), b = world.open(Millis(60'000), "b"),
            c = world.open(Millis(60'000), "c");
};

TEST_F(Cycle, OfTwoIsRefusedAndToldFromTheOneThatAsked) {
  world.take(a, "x");
  world.take(b, "y");
  world.ask(a, wait_for("y"));
  EXPECT_EQ(world.ask(b, wait_for("x")), Reply(Deadlock{{{"b", "x"}, {"a", "y"}}}));
  EXPECT_EQ(world.machine.view("x", world.now).waiters, 0u);
}

TEST_F(Cycle, OfThreeIsToldInItsOrder) {
  world.take(a, "x");
  world.take(b, "y");
  world.take(c, "z");
  world.ask(a, wait_for("y"));
  world.ask(b, wait_for("z"));
  EXPECT_EQ(world.ask(c, wait_for("x")), Reply(Deadlock{{{"c", "x"}, {"a", "y"}, {"b", "z"}}}));
}

TEST_F(Cycle, DoesNotStopWhoDoesNotWait) {
  world.take(a, "x");
  world.take(b, "y");
  world.ask(a, wait_for("y"));
  EXPECT_THAT(world.ask(b, try_for("x")), is<Held>());
}

TEST_F(Cycle, GoesThroughThoseWhoStandBeforeInLine) {
  world.take(a, "x");
  world.take(b, "y");
  world.ask(c, acquire({{"x", Exclusive{}}, {"y", Exclusive{}}}));
  // Behind c, who waits for a.
  EXPECT_EQ(world.ask(a, acquire({{"z", Exclusive{}}, {"y", Shared{}}})),
            Reply(Deadlock{{{"a", "y"}, {"c", "x"}}}));
}

TEST_F(Cycle, IsOfOwnersAndNotOfSessions) {
  const auto child = world.open(Millis(60'000), "child", a);
  world.take(a, "x");
  world.take(b, "y");
  world.ask(child, wait_for("y"));
  EXPECT_EQ(world.ask(b, wait_for("x")), Reply(Deadlock{{{"b", "x"}, {"child", "y"}}}));
}

TEST_F(Cycle, IsSeenThroughWhatAnEndedSessionLeftItsOwner) {
  const auto child = world.open(Millis(60'000), "child", a);
  world.take_detached(child, "x", Millis(50'000));
  world.apply(CloseSession{child});
  world.take(b, "y");
  world.ask(b, wait_for("x"));
  EXPECT_EQ(world.ask(a, wait_for("y")), Reply(Deadlock{{{"a", "y"}, {"b", "x"}}}));
}

TEST_F(Cycle, OfAPermitNeedsEveryPermitToBeStuck) {
  const auto permit = acquire({{"p", Counted{2}}});
  world.ask(a, permit);
  world.ask(b, permit);
  world.take(c, "x");
  world.ask(a, wait_for("x"));
  EXPECT_THAT(world.ask(c, permit), is<Queued>()) << "b may give its permit";
  EXPECT_THAT(world.ask(b, wait_for("x")), is<Deadlock>()) << "and now it would not";
}

TEST_F(Cycle, OfAPermitCountsThoseInLineForItWhoWaitForTheirOwnTurn) {
  const auto permit = acquire({{"p", Counted{2}}});
  world.ask(a, permit);
  world.take(b, "x");
  world.take(b, "y");
  world.ask(c, acquire({{"p", Counted{2}}, {"y", Exclusive{}}}));  // the other permit is c's turn, who waits for b
  EXPECT_THAT(world.ask(b, permit), is<Queued>()) << "a may give its permit";
  EXPECT_EQ(world.ask(a, wait_for("x")), Reply(Deadlock{{{"a", "x"}, {"b", "p"}}}));
}

TEST_F(Cycle, IsNotClosedByAPriorityThatIsGrantedAtOnce) {
  world.take(a, "x");
  world.take(c, "z");
  // a waits for y and z, so that y is free.
  world.ask(a, acquire({{"y", Exclusive{}}, {"z", Exclusive{}}}));
  world.ask(b, wait_for("x"));
  EXPECT_THAT(world.ask(b, acquire({{"y", Exclusive{}}}, Priority{1})), is<Deadlock>());
  EXPECT_FALSE(world.holder("y"));
}

TEST_F(Cycle, IsNotClosedByABarge) {
  world.take(a, "x");
  world.take(c, "z");
  world.ask(a, acquire({{"y", Exclusive{}}, {"z", Exclusive{}}}));
  world.ask(b, wait_for("x"));
  EXPECT_THAT(world.ask(b, acquire({{"y", Exclusive{}}}, Barge{})), is<Queued>()) << "b waits already";
  EXPECT_FALSE(world.holder("y"));
}

}  // namespace
}  // namespace lock
