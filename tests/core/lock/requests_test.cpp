// Exactly once: what a retry, a delayed duplicate and an acknowledgement do.
#include "world.hpp"

namespace lock {
namespace {

using testing::IsEmpty;
using testing::Optional;

TEST(Retry, GetsTheFirstAnswerAndDoesNothing) {
  World world;
  const auto session = world.open();
  const auto first = world.ask_as(session, 1, try_for("a"));
  world.ask_as(session, 2, Release{"a", Token(1)});
  const auto digest = world.machine.digest();
  EXPECT_EQ(world.ask_as(session, 1, try_for("a")), first);
  EXPECT_EQ(world.ask_as(session, 2, Release{"a", Token(1)}), Reply(Released{}));
  EXPECT_EQ(world.machine.digest(), digest);
  EXPECT_FALSE(world.holder("a"));
}

TEST(Retry, OfARefusedRequestStaysRefused) {
  World world;
  const auto holder = world.open(), session = world.open();
  const auto token = world.take(holder, "a");
  world.ask_as(session, 1, wait_for("a"));
  const auto refused = world.ask_as(session, 2, try_for("a"));
  EXPECT_THAT(refused, is<Refused>());
  world.ask_as(session, 3, Cancel{Sequence(1)});
  world.ask(holder, Release{"a", token});
  EXPECT_EQ(world.ask_as(session, 2, try_for("a")), refused);
}

TEST(Retry, OfAWaitingAcquireSeesThePresentQueue) {
  World world;
  const auto holder = world.open(), first = world.open(), second = world.open();
  world.take(holder, "a");
  world.ask(first, wait_for("a"));
  EXPECT_EQ(world.ask_as(second, 1, wait_for("a")), Reply(Queued{"someone", Millis(0), 1}));
  world.apply(CloseSession{first});
  world.pass(Millis(300));
  EXPECT_EQ(world.ask_as(second, 1, wait_for("a")), Reply(Queued{"someone", Millis(300), 0}));
  EXPECT_EQ(world.machine.view("a", world.now).waiters, 1u);
}

TEST(Retry, OfAGrantedWaiterGetsTheGrant) {
  World world;
  const auto holder = world.open(), waiter = world.open();
  const auto token = world.take(holder, "a");
  world.ask_as(waiter, 1, wait_for("a"));
  world.ask(holder, Release{"a", token});
  const auto late = world.late(waiter, Sequence(1));
  ASSERT_THAT(late, Optional(is<Granted>()));
  EXPECT_EQ(world.ask_as(waiter, 1, wait_for("a")), *late);
}

TEST(Retry, OfAnAcknowledgedRequestIsDropped) {
  World world;
  const auto session = world.open();
  world.ask_as(session, 1, try_for("a"));
  world.ask_as(session, 2, Release{"a", Token(1)}, 1);
  EXPECT_EQ(world.ask_as(session, 1, try_for("a")), Reply(StaleSequence{}));
  EXPECT_FALSE(world.holder("a"));
  EXPECT_EQ(world.ask_as(session, 0, try_for("a")), Reply(StaleSequence{}));
}

TEST(Retry, AfterTheSessionIsExpiredAndNotRepeated) {
  World world;
  const auto session = world.open(Millis(5'000));
  world.ask_as(session, 1, try_for("a"));
  world.pass(Millis(5'000));
  EXPECT_EQ(world.ask_as(session, 1, try_for("a")), Reply(SessionExpired{}));
}

TEST(Acknowledged, CountsInTheRequestThatCarriesIt) {
  World world;
  const auto session = world.open();
  EXPECT_EQ(world.ask_as(session, 3, try_for("a"), 3), Reply(StaleSequence{}));
  EXPECT_EQ(world.ask_as(session, 2, try_for("a")), Reply(StaleSequence{}));
  EXPECT_THAT(world.ask_as(session, 4, try_for("a")), is<Granted>());
}

TEST(Acknowledged, NeverFalls) {
  World world;
  const auto session = world.open();
  world.ask_as(session, 5, try_for("a"), 4);
  EXPECT_EQ(world.ask_as(session, 3, try_for("b"), 0), Reply(StaleSequence{}));
}

TEST(Acknowledged, GivesUpAnAcquireThatStillWaits) {
  World world;
  const auto holder = world.open(), waiter = world.open();
  const auto token = world.take(holder, "a");
  world.ask_as(waiter, 1, wait_for("a"));
  world.ask_as(waiter, 2, try_for("b"), 1);
  EXPECT_THAT(world.late(waiter, Sequence(1)), Optional(Reply(Cancelled{})));
  world.ask(holder, Release{"a", token});
  EXPECT_FALSE(world.holder("a"));
}

TEST(Replies, BeyondTheBoundAreRefusedUntilAcknowledged) {
  Limits limits;
  limits.replies_per_session = 2;
  World world(limits);
  const auto session = world.open();
  world.ask_as(session, 1, try_for("a"));
  world.ask_as(session, 2, try_for("b"));
  EXPECT_THAT(world.ask_as(session, 3, try_for("c")), refused_because("2 answers"));
  EXPECT_FALSE(world.holder("c"));
  EXPECT_THAT(world.ask_as(session, 1, try_for("a")), is<Granted>());
  EXPECT_THAT(world.ask_as(session, 4, try_for("c"), 1), is<Granted>());
}

TEST(Replies, CountAnAcquireThatWaits) {
  Limits limits;
  limits.replies_per_session = 1;
  World world(limits);
  const auto holder = world.open(), waiter = world.open();
  world.take(holder, "a");
  EXPECT_THAT(world.ask_as(waiter, 1, wait_for("a")), is<Queued>());
  EXPECT_THAT(world.ask_as(waiter, 2, try_for("b")), is<Refused>());
}

// Its client was told that it never happened.
TEST(Replies, ThatHadNoRoomAreNotCarriedOutByADelayedDuplicate) {
  Limits limits;
  limits.replies_per_session = 1;
  World world(limits);
  const auto session = world.open();
  world.ask_as(session, 1, try_for("a"));
  const auto refused = world.ask_as(session, 3, try_for("c"));
  EXPECT_THAT(refused, is<Refused>());
  EXPECT_THAT(world.ask_as(session, 4, Release{"a", Token(1)}, 1), is<Released>());
  EXPECT_EQ(world.ask_as(session, 3, try_for("c"), 1), refused);
  EXPECT_EQ(world.ask_as(session, 2, try_for("b"), 1), refused);
  EXPECT_THAT(world.machine.list("", "", world.now).names, IsEmpty());
}

TEST(Cancel, TakesAWaiterOutOfTheQueue) {
  World world;
  const auto holder = world.open(), waiter = world.open();
  const auto token = world.take(holder, "a");
  world.ask_as(waiter, 1, wait_for("a"));
  EXPECT_EQ(world.ask_as(waiter, 2, Cancel{Sequence(1)}), Reply(Cancelled{}));
  EXPECT_THAT(world.late(waiter, Sequence(1)), Optional(Reply(Cancelled{})));
  world.ask(holder, Release{"a", token});
  EXPECT_FALSE(world.holder("a"));
  EXPECT_EQ(world.ask_as(waiter, 1, wait_for("a")), Reply(Cancelled{}));
}

TEST(Cancel, IsAnsweredGrantedWhereItComesTooLate) {
  World world;
  const auto holder = world.open(), waiter = world.open();
  const auto token = world.take(holder, "a");
  world.ask_as(waiter, 1, wait_for("a"));
  world.ask(holder, Release{"a", token});
  EXPECT_EQ(world.ask_as(waiter, 2, Cancel{Sequence(1)}), *world.late(waiter, Sequence(1)));
  EXPECT_EQ(world.holder("a")->token, Token(2));
}

TEST(Cancel, ThatOvertakesItsAcquireKeepsItFromEverBeingCarriedOut) {
  World world;
  const auto session = world.open();
  EXPECT_EQ(world.ask_as(session, 2, Cancel{Sequence(1)}), Reply(Cancelled{}));
  EXPECT_EQ(world.ask_as(session, 1, wait_for("a")), Reply(Cancelled{}));
  EXPECT_FALSE(world.holder("a"));
}

TEST(Cancel, RepeatsWhatBecameOfTheAcquire) {
  World world;
  const auto holder = world.open(), other = world.open();
  world.take(holder, "a");
  const auto held = world.ask_as(other, 1, try_for("a"));
  EXPECT_EQ(world.ask_as(other, 2, Cancel{Sequence(1)}), held);
}

TEST(Cancel, OfAForgottenRequestDoesNotPretendToKnow) {
  World world;
  const auto session = world.open();
  world.ask_as(session, 1, try_for("a"));
  EXPECT_EQ(world.ask_as(session, 2, Cancel{Sequence(1)}, 1), Reply(StaleSequence{}));
}

TEST(Cancel, OfItselfOrALaterRequestIsRefused) {
  World world;
  const auto session = world.open();
  EXPECT_THAT(world.ask_as(session, 1, Cancel{Sequence(1)}), refused_because("earlier request"));
  EXPECT_THAT(world.ask_as(session, 2, Cancel{Sequence(3)}), refused_because("earlier request"));
  EXPECT_THAT(world.ask_as(session, 3, try_for("a")), is<Granted>());
}

TEST(Cancel, OfARequestThatHadNoRoomRepeatsThatItHadNone) {
  Limits limits;
  limits.replies_per_session = 2;
  World world(limits);
  const auto session = world.open();
  world.ask_as(session, 1, try_for("a"));
  world.ask_as(session, 2, try_for("b"));
  const auto refused = world.ask_as(session, 3, wait_for("c"));
  EXPECT_EQ(world.ask_as(session, 4, Cancel{Sequence(3)}, 1), refused);
}

TEST(Entry, AnswersEveryCommandOnceInItsPlace) {
  World world;
  const auto session = world.open();
  const auto request = [&](std::uint64_t sequence, Operation operation) {
    return Command(Sequenced{session, Sequence(sequence), Sequence(0), std::move(operation)});
  };
  const auto applied =
      world.machine.apply(world.now, {request(1, try_for("a")), request(1, try_for("a")), KeepAlive{session},
                                      request(2, Release{"a", Token(1)}), OpenSession{Millis(1'000), "", {}},
                                      CloseSession{SessionId(77)}});
  ASSERT_EQ(applied.answers.size(), 6u);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(applied.answers[i].command, i);
  EXPECT_THAT(applied.answers[0].reply, is<Granted>());
  EXPECT_EQ(applied.answers[1].reply, applied.answers[0].reply);
  EXPECT_THAT(applied.answers[2].reply, is<KeptAlive>());
  EXPECT_EQ(applied.answers[3].session, session);
  EXPECT_EQ(applied.answers[3].sequence, Sequence(2));
  EXPECT_THAT(applied.answers[4].reply, is<SessionOpened>());
  EXPECT_THAT(applied.answers[5].reply, is<SessionExpired>());
}

}  // namespace
}  // namespace lock
