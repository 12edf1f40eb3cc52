// Holds that are taken from their holders, names that stay blocked, and who learns of it.
#include "world.hpp"

namespace lock {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Breaking : public testing::Test {
 protected:
  std::vector<Taken> taken(SessionId session) {
    return std::get<KeptAlive>(world.apply(KeepAlive{session})).taken;
  }

  World world;
  SessionId holder = world.open(Millis(10'000), "holder"), admin = world.open(Millis(90'000), "admin"),
            next = world.open(Millis(90'000), "next");
};

TEST_F(Breaking, EndsTheHoldAndBlocksTheNameAsLongAsItMightHaveLasted) {
  const auto token = world.take(holder, "x");
  world.ask(next, wait_for("x"));
  world.pass(Millis(4'000));
  EXPECT_EQ(world.ask(admin, Break{"x", token, "stuck"}), Reply(Broken{Millis(6'000)}));
  EXPECT_FALSE(world.holder("x"));
  EXPECT_EQ(world.machine.view("x", world.now).blocked_for, Millis(6'000));
  world.pass(Millis(5'999));
  EXPECT_FALSE(world.has(next));
  world.pass(Millis(1));
  EXPECT_TRUE(world.has(next));
}

TEST_F(Breaking, IsConfirmedByAReleaseOfItsToken) {
  const auto token = world.take(holder, "x");
  world.ask(next, wait_for("x"));
  world.ask(admin, Break{"x", token, "stuck"});
  EXPECT_EQ(world.ask(holder, Release{"y", token}), Reply(NotHeld{}));
  EXPECT_EQ(world.ask(holder, Release{"x", token}), Reply(Released{}));
  EXPECT_TRUE(world.has(next));
  EXPECT_EQ(world.ask(holder, Release{"x", token}), Reply(NotHeld{}));
}

TEST_F(Breaking, AtOnceBlocksNothing) {
  const auto token = world.take(holder, "x");
  world.ask(next, wait_for("x"));
  EXPECT_EQ(world.ask(admin, Break{"x", token, "stuck", true}), Reply(Broken{Millis(0)}));
  EXPECT_TRUE(world.has(next));
}

TEST_F(Breaking, IsToldToTheHolderUntilItLetsGo) {
  const auto token = world.take(holder, "x");
  world.ask(admin, Break{"x", token, "stuck"});
  EXPECT_THAT(taken(holder), ElementsAre(Taken{token, "broken by admin: stuck"}));
  EXPECT_THAT(taken(holder), ElementsAre(Taken{token, "broken by admin: stuck"}));
  EXPECT_THAT(taken(admin), IsEmpty());
  world.ask(holder, Release{"x", token});
  EXPECT_THAT(taken(holder), IsEmpty());
}

TEST_F(Breaking, IsForgottenByALeaveToo) {
  const auto token = world.take(holder, "x");
  world.ask(admin, Break{"x", token, "stuck"});
  EXPECT_EQ(world.ask(holder, Leave{Sequence(1)}), Reply(NotHeld{}));
  EXPECT_THAT(taken(holder), IsEmpty());
}

TEST_F(Breaking, NeedsTheTokenAndAReason) {
  const auto token = world.take(holder, "x");
  EXPECT_EQ(world.ask(admin, Break{"x", token.next(), "stuck"}), Reply(NotHeld{}));
  EXPECT_EQ(world.ask(admin, Break{"y", token, "stuck"}), Reply(NotHeld{}));
  EXPECT_THAT(world.ask(admin, Break{"x", token, ""}), refused_because("reason"));
}

TEST_F(Breaking, OfOneNameBlocksAllOfItsGrant) {
  const auto reply = world.ask(holder, acquire({{"x", Exclusive{}}, {"y", Exclusive{}}}));
  const auto token = std::get<Granted>(reply).token;
  world.ask(admin, Break{"x", token, "stuck"});
  const auto held = std::get<Held>(world.ask(next, try_for("y")));
  EXPECT_THAT(held.holder, testing::HasSubstr("blocked"));
  world.ask(holder, Release{"y", token});
  EXPECT_THAT(world.ask(next, try_for("x")), is<Granted>());
}

TEST_F(Breaking, ALeaseAndAMaximumCountForTheBlock) {
  auto request = detached("x", Millis(50'000));
  request.max_hold = Millis(30'000);
  const auto token = std::get<Granted>(world.ask(holder, request)).token;
  EXPECT_EQ(world.ask(admin, Break{"x", token, "stuck"}), Reply(Broken{Millis(30'000)}));
}

TEST_F(Breaking, AReleaseByAnotherSessionIsToldToTheHolder) {
  const auto token = world.take(holder, "x");
  world.ask(admin, Release{"x", token});
  EXPECT_THAT(taken(holder), ElementsAre(Taken{token, "released by admin"}));
}

TEST_F(Breaking, KeepsTheNewestOfWhatWasTaken) {
  for (int i = 0; i < 70; ++i) {
    const auto reply =
        world.ask_as(holder, static_cast<std::uint64_t>(i) + 1, try_for("x"), static_cast<std::uint64_t>(i));
    world.ask(admin, Break{"x", std::get<Granted>(reply).token, "stuck", true});
    world.ask_as(admin, world.last(admin).value + 1, Leave{Sequence(1)}, world.last(admin).value);
    world.skip(admin);
  }
  EXPECT_EQ(taken(holder).size(), 64u);
}

}  // namespace
}  // namespace lock
