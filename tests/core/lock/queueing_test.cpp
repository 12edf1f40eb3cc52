// Where a request stands among those that wait.
#include "world.hpp"

namespace lock {
namespace {

class QueueingOrder : public testing::Test {
 protected:
  Reply wait_as(SessionId session, Queueing queueing) {
    return world.ask(session, acquire({{"x", Exclusive{}}}, queueing));
  }
  void release() { world.ask(holder, Release{"x", world.holder("x")->token}); }

  World world;
  SessionId holder = world.open(), a = world.open(), b = world.open(), c = world.open();
};

TEST_F(QueueingOrder, APriorityGoesBeforeLowerOnesAndBehindItsEquals) {
  world.take(holder, "x");
  wait_as(a, Fifo{});
  EXPECT_EQ(std::get<Queued>(wait_as(b, Priority{5})).ahead, 0u);
  EXPECT_EQ(std::get<Queued>(wait_as(c, Priority{5})).ahead, 1u);
  release();
  EXPECT_TRUE(world.has(b));
  release();
  EXPECT_TRUE(world.has(c));
  EXPECT_FALSE(world.has(a));
}

TEST_F(QueueingOrder, ABargeDoesNotWaitForThoseWhoWait) {
  world.take(holder, "y");
  world.ask(a, acquire({{"x", Exclusive{}}, {"y", Exclusive{}}}));
  EXPECT_THAT(wait_as(b, Fifo{}), is<Queued>());
  EXPECT_THAT(wait_as(c, Barge{}), is<Granted>());
}

TEST_F(QueueingOrder, ABargeThatWouldHaveToWaitWaitsInItsTurn) {
  world.take(holder, "x");
  wait_as(a, Fifo{});
  EXPECT_EQ(std::get<Queued>(wait_as(b, Barge{})).ahead, 1u);
}

TEST_F(QueueingOrder, TheNewestTakesThePlaceOfTheOthers) {
  world.take(holder, "x");
  wait_as(a, Newest{});
  wait_as(b, Fifo{});
  EXPECT_THAT(wait_as(c, Newest{}), is<Queued>());
  EXPECT_EQ(world.late(a, Sequence(1)), Reply(Superseded{"someone"}));
  EXPECT_EQ(world.ask_as(a, 1, wait_for("x")), Reply(Superseded{"someone"}));
  EXPECT_EQ(world.machine.view("x", world.now).waiters, 2u);
  release();
  EXPECT_TRUE(world.has(b));
}

TEST_F(QueueingOrder, TheNewestOfOneSessionTakesItsOwnPlace) {
  world.take(holder, "x");
  wait_as(a, Newest{});
  EXPECT_THAT(wait_as(a, Newest{}), is<Queued>());
  EXPECT_THAT(world.late(a, Sequence(1)), testing::Optional(is<Superseded>()));
}

TEST_F(QueueingOrder, TheNewestForOtherNamesIsLeftAlone) {
  world.take(holder, "x");
  wait_as(a, Newest{});
  world.ask(b, acquire({{"x", Exclusive{}}, {"y", Exclusive{}}}, Newest{}));
  EXPECT_FALSE(world.late(a, Sequence(1)));
}

TEST_F(QueueingOrder, WhatIsRefusedSupersedesNobody) {
  world.take(holder, "x");
  world.take(a, "y");
  world.ask(holder, wait_for("y"));
  wait_as(b, Newest{});
  EXPECT_THAT(wait_as(a, Newest{}), is<Deadlock>());
  EXPECT_FALSE(world.late(b, Sequence(1)));
  release();
  EXPECT_TRUE(world.has(b));
}

}  // namespace
}  // namespace lock
