// Shared and counted locks.
#include "world.hpp"

namespace lock {
namespace {

Acquire shared(const std::string& name) {
  return acquire({{name, Shared{}}});
}
Acquire counted(const std::string& name, std::uint32_t limit) {
  return acquire({{name, Counted{limit}}});
}

class Modes : public testing::Test {
 protected:
  World world;
  SessionId a = world.open(), b = world.open(), c = world.open(), d = world.open();
};

TEST_F(Modes, ManyShareANameEachWithATokenOfItsOwn) {
  EXPECT_THAT(world.ask(a, shared("x")), is<Granted>());
  EXPECT_THAT(world.ask(b, shared("x")), is<Granted>());
  const auto view = world.machine.view("x", world.now);
  EXPECT_EQ(view.holder_count, 2u);
  EXPECT_NE(view.holders.at(0).token, view.holders.at(1).token);
}

TEST_F(Modes, AReaderDoesNotOvertakeAWriterThatWaits) {
  world.ask(a, shared("x"));
  EXPECT_THAT(world.ask(b, wait_for("x")), is<Queued>());
  EXPECT_THAT(world.ask(c, shared("x")), is<Queued>());
}

TEST_F(Modes, AWriterLeavesABatchOfReadersBehind) {
  const auto token = world.take(a, "x");
  world.ask(b, shared("x"));
  world.ask(c, shared("x"));
  world.ask(d, wait_for("x"));
  world.ask(a, Release{"x", token});
  EXPECT_TRUE(world.has(b) && world.has(c));
  EXPECT_FALSE(world.has(d));
}

TEST_F(Modes, AWriterThatGivesUpLetsTheReadersBehindItIn) {
  world.ask(a, shared("x"));
  world.ask(b, wait_for("x"));
  world.ask(c, shared("x"));
  world.ask(b, Cancel{Sequence(1)});
  EXPECT_TRUE(world.has(c));
}

TEST_F(Modes, ACountedNameHasAsManyHoldersAsItsLimit) {
  EXPECT_THAT(world.ask(a, counted("x", 2)), is<Granted>());
  EXPECT_THAT(world.ask(b, counted("x", 2)), is<Granted>());
  EXPECT_THAT(world.ask(c, counted("x", 2)), is<Queued>());
  world.apply(CloseSession{a});
  EXPECT_TRUE(world.has(c));
}

TEST_F(Modes, AnotherLimitIsRefusedAsLongAsOneIsInUse) {
  world.ask(a, counted("x", 2));
  EXPECT_THAT(world.ask(b, counted("x", 3)), refused_because("at most 2 holders, not 3"));
  world.apply(CloseSession{a});
  EXPECT_THAT(world.ask(b, counted("x", 3)), is<Granted>());
  EXPECT_THAT(world.ask(c, counted("y", 0)), refused_because("at least 1"));
}

TEST_F(Modes, ALimitIsInUseWhileSomebodyWaitsByIt) {
  world.take(a, "x");
  world.ask(b, counted("x", 2));
  EXPECT_THAT(world.ask(c, counted("x", 3)), refused_because("at most 2"));
}

TEST_F(Modes, SharedCountedAndExclusiveDoNotGoTogether) {
  world.ask(a, shared("x"));
  world.ask(b, counted("y", 5));
  for (const char* name : {"x", "y"}) EXPECT_THAT(world.ask(c, try_for(name)), is<Held>());
  auto request = counted("x", 5);
  request.wait = false;
  EXPECT_THAT(world.ask(c, request), is<Held>());
}

TEST_F(Modes, ADowngradeLetsReadersInAndNoWriter) {
  const auto token = world.take(a, "x");
  world.ask(b, shared("x"));
  world.ask(c, wait_for("x"));
  EXPECT_EQ(world.ask(a, Downgrade{"x", token}), Reply(Downgraded{}));
  EXPECT_TRUE(world.has(b));
  EXPECT_FALSE(world.has(c));
  EXPECT_EQ(world.ask(a, Downgrade{"x", token}), Reply(Downgraded{}));
  EXPECT_EQ(world.ask(a, Downgrade{"x", token.next().next()}), Reply(NotHeld{}));
  EXPECT_TRUE(world.machine.hold_left("x", token, world.now));
}

TEST_F(Modes, ACountedHoldIsNotDowngraded) {
  const auto reply = world.ask(a, counted("x", 2));
  EXPECT_THAT(world.ask(a, Downgrade{"x", std::get<Granted>(reply).token}), refused_because("counted"));
}

}  // namespace
}  // namespace lock
