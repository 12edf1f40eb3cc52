// Several names by one request: all or none.
#include "world.hpp"

namespace lock {
namespace {

using testing::ElementsAre;

class MultiLock : public testing::Test {
 protected:
  Acquire both() { return acquire({{"y", Exclusive{}}, {"x", Exclusive{}}}); }

  World world;
  SessionId a = world.open(), b = world.open(), c = world.open();
};

TEST_F(MultiLock, IsOneGrantWithOneToken) {
  const auto token = std::get<Granted>(world.ask(a, both())).token;
  EXPECT_THAT(world.events_of<LockGranted>(), ElementsAre(granted("x", token, a), granted("y", token, a)));
  EXPECT_THAT(world.holder("x")->with, ElementsAre("y"));
  EXPECT_EQ(world.take(b, "z"), token.next());
}

TEST_F(MultiLock, HoldsNoneWhileOneIsMissing) {
  const auto token = world.take(a, "y");
  EXPECT_THAT(world.ask(b, both()), is<Queued>());
  EXPECT_FALSE(world.holder("x"));
  world.ask(a, Release{"y", token});
  EXPECT_TRUE(world.has(b));
  EXPECT_EQ(world.holder("x")->token, world.holder("y")->token);
}

TEST_F(MultiLock, KeepsItsPlaceInEveryLineSoThatItDoesNotStarve) {
  world.take(a, "y");
  world.ask(b, both());
  EXPECT_THAT(world.ask(c, wait_for("x")), is<Queued>());
  EXPECT_THAT(world.ask(c, acquire({{"x", Shared{}}})), refused_because("already waits"));
}

TEST_F(MultiLock, EndsAsAWholeByAnyOfItsNames) {
  const auto token = std::get<Granted>(world.ask(a, both())).token;
  EXPECT_EQ(world.ask(a, Release{"x", token}), Reply(Released{}));
  EXPECT_TRUE(world.machine.locks().empty());
}

TEST_F(MultiLock, GrantsWhoeverWaitedForEitherNameWhenItEnds) {
  const auto token = std::get<Granted>(world.ask(a, both())).token;
  world.ask(b, wait_for("x"));
  world.ask(c, wait_for("y"));
  world.ask(a, Release{"y", token});
  EXPECT_TRUE(world.has(b) && world.has(c));
}

TEST_F(MultiLock, MixesModes) {
  world.ask(a, acquire({{"x", Shared{}}, {"y", Exclusive{}}}));
  EXPECT_THAT(world.ask(b, acquire({{"x", Shared{}}, {"z", Exclusive{}}})), is<Granted>());
  EXPECT_THAT(world.ask(c, try_for("x")), is<Held>());
}

TEST_F(MultiLock, AsksForEachNameOnceAndNotForTooMany) {
  EXPECT_THAT(world.ask(a, acquire({{"x", Shared{}}, {"x", Shared{}}})), refused_because("twice"));
  EXPECT_THAT(world.ask(a, acquire({})), refused_because("1 to 16"));
  std::vector<Wanted> many;
  for (int i = 0; i < 17; ++i) many.push_back({"n" + std::to_string(i), Shared{}});
  EXPECT_THAT(world.ask(a, acquire(many)), refused_because("1 to 16"));
}

}  // namespace
}  // namespace lock
