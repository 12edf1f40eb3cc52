// After a forced recovery: no token of the lost cluster comes again, and nothing is granted for a time.
#include <gtest/gtest.h>

#include "world.hpp"

namespace lock {
namespace {

using testing::Each;
using testing::ElementsAre;

constexpr Millis kRest(60'000);

class Recovery : public testing::Test {
 protected:
  void recover(Millis no_grants_for = kRest, std::uint64_t floor = 0) {
    ASSERT_THAT(world.apply(Recover{floor, no_grants_for, "node 2 was lost"}), is<StatusSet>());
  }

  World world;
};

TEST_F(Recovery, BeginsTokensAboveTheFloor) {
  const auto session = world.open();
  EXPECT_EQ(world.take(session, "a"), Token(1));
  recover(Millis(0), 1'000'000);
  EXPECT_EQ(world.take(session, "b"), Token(1'000'001));
}

TEST_F(Recovery, IsNotRefusedByBoundsThatAnOperatorMoved) {
  world.apply(Configure{{{"record_ttl_max", 3'600'000}, {"value_bytes", 1}}});
  recover(Limits().ttl_max, 700);
  const auto session = world.open();
  EXPECT_THAT(world.ask(session, try_for("a")),
              refused_because("nothing is granted yet after a forced recovery, for another 1d"));
}

TEST_F(Recovery, NeverLowersTheTokens) {
  const auto session = world.open();
  recover(Millis(0), 500);
  recover(Millis(0), 20);
  EXPECT_EQ(world.take(session, "a"), Token(501));
}

TEST_F(Recovery, RefusesWhoeverDoesNotWaitForAFreeName) {
  const auto session = world.open();
  recover();
  world.pass(Millis(1'000));
  EXPECT_THAT(world.ask(session, try_for("a")),
              refused_because("nothing is granted yet after a forced recovery, for another 59s"));
  EXPECT_FALSE(world.holder("a").has_value());
}

TEST_F(Recovery, LetsWaitersStandInLineAndSettlesThemWhenItsTimeHasCome) {
  const auto first = world.open(2 * kRest), second = world.open(2 * kRest), third = world.open(2 * kRest);
  recover();
  const auto reply = world.ask(first, wait_for("a"));
  EXPECT_EQ(std::get<Queued>(reply).holder, "nobody (after a forced recovery)");
  EXPECT_EQ(std::get<Queued>(world.ask(second, wait_for("a"))).ahead, 1u);
  world.ask(third, wait_for("b"));
  EXPECT_EQ(world.machine.view("a", world.now).waiters, 2u);
  world.pass(kRest - Millis(1));
  EXPECT_THAT(world.events_of<LockGranted>(), testing::IsEmpty());
  EXPECT_EQ(world.machine.next_expiry(), world.now + Millis(1));
  world.pass(Millis(1));
  EXPECT_THAT(world.late(first, Sequence(1)), testing::Optional(is<Granted>()));
  EXPECT_FALSE(world.late(second, Sequence(1)).has_value());
  EXPECT_THAT(world.late(third, Sequence(1)), testing::Optional(is<Granted>()));
  EXPECT_THAT(world.events_of<LockGranted>(),
              ElementsAre(testing::Field(&LockGranted::name, "a"), testing::Field(&LockGranted::name, "b")));
}

TEST_F(Recovery, LeavesTheHoldsOfTheLogAlone) {
  const auto session = world.open(2 * kRest), other = world.open(2 * kRest);
  const auto bound = world.take(session, "bound");
  const auto lease = world.take_detached(session, "lease", kRest);
  recover();
  EXPECT_THAT(world.ask(other, try_for("bound")), is<Held>());
  EXPECT_THAT(world.ask(other, Renew{"lease", lease, 2 * kRest}), is<Renewed>());
  EXPECT_THAT(world.ask(session, Release{"bound", bound}), is<Released>());
  EXPECT_THAT(world.ask(other, try_for("bound")), refused_because("forced recovery"));
}

TEST_F(Recovery, KeepsAReleasedNameForItsWaiterUntilTheEnd) {
  const auto holder = world.open(2 * kRest), waiter = world.open(2 * kRest);
  const auto token = world.take(holder, "a");
  world.ask(waiter, wait_for("a"));
  recover();
  EXPECT_THAT(world.ask(holder, Release{"a", token}), is<Released>());
  EXPECT_THAT(world.ask(holder, Release{"a", token}), is<NotHeld>());
  EXPECT_THAT(world.ask(holder, Renew{"a", token, kRest}), is<NotHeld>());
  EXPECT_FALSE(world.late(waiter, Sequence(1)).has_value());
  world.pass(kRest);
  EXPECT_THAT(world.late(waiter, Sequence(1)), testing::Optional(is<Granted>()));
}

TEST_F(Recovery, ForgetsANameThatNobodyWaitsForAnyMore) {
  const auto one = world.open(2 * kRest), two = world.open(Millis(1'000)), three = world.open(2 * kRest);
  recover();
  world.ask(one, wait_for("a"));
  world.ask(two, wait_for("b"));
  world.ask(three, wait_for("c"));
  EXPECT_THAT(world.ask(one, Cancel{Sequence(1)}), is<Cancelled>());
  world.pass(Millis(1'000));
  world.ask_as(three, 2, try_for("d"), 1);
  EXPECT_TRUE(world.machine.locks().empty());
}

TEST_F(Recovery, SettlesNobodyWhoseSessionEndsInTheSameMoment) {
  const auto waiter = world.open(kRest), later = world.open(2 * kRest);
  recover();
  world.ask(waiter, wait_for("a"));
  world.ask(later, wait_for("a"));
  world.pass(kRest);
  EXPECT_THAT(world.late(waiter, Sequence(1)), testing::Optional(is<SessionExpired>()));
  EXPECT_THAT(world.late(later, Sequence(1)), testing::Optional(is<Granted>()));
}

TEST_F(Recovery, ForgetsANameWhoseHolderAndWaiterEndInTheSameMoment) {
  const auto holder = world.open(Millis(1'000)), waiter = world.open(Millis(1'000));
  world.take(holder, "a");
  world.ask(waiter, wait_for("a"));
  recover();
  world.pass(Millis(1'000));
  EXPECT_TRUE(world.machine.locks().empty());
}

TEST_F(Recovery, OfTwoRestsTheLongerCounts) {
  recover();
  recover(2 * kRest);
  recover(kRest / 2);
  ASSERT_TRUE(world.machine.rest().has_value());
  EXPECT_EQ(world.machine.rest()->until, world.now + 2 * kRest);
  world.pass(2 * kRest);
  EXPECT_FALSE(world.machine.rest().has_value());
}

TEST_F(Recovery, LeavesARecordForWhoeverAsks) {
  recover();
  const auto record = world.machine.view("lockd/recovered", world.now).record;
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->state, "done");
  EXPECT_EQ(record->value.view(), "node 2 was lost");
  EXPECT_EQ(record->left, Limits().record_ttl_max);
}

TEST_F(Recovery, LeavesItsRecordHoweverManyThereAre) {
  Limits limits;
  limits.records = 1;
  world = World(limits);
  const auto session = world.open();
  EXPECT_THAT(world.ask(session, write("mine", "done")), is<StatusSet>());
  recover();
  EXPECT_TRUE(world.machine.view("lockd/recovered", world.now).record.has_value());
  EXPECT_THAT(world.ask(session, write("another", "done")), refused_because("status records"));
}

TEST_F(Recovery, IsRefusedOutOfBounds) {
  EXPECT_THAT(world.apply(Recover{std::uint64_t{1} << 53, kRest, ""}), refused_because("lowest token"));
  EXPECT_THAT(world.apply(Recover{0, Limits().record_ttl_max + Millis(1), ""}), refused_because("at most"));
  EXPECT_THAT(world.apply(Recover{0, kRest, std::string(Limits().value_bytes + 1, 'x')}),
              refused_because("note"));
  EXPECT_FALSE(world.machine.rest().has_value());
}

TEST_F(Recovery, IsPartOfTheDigest) {
  Machine rests, rests_longer;
  rests.apply(world.now, {Recover{0, kRest, ""}});
  rests_longer.apply(world.now, {Recover{0, 2 * kRest, ""}});
  EXPECT_NE(rests.digest(), rests_longer.digest());
}

}  // namespace
}  // namespace lock
