// Retries, time-outs and what may be said of an outcome.
#include <set>

#include "tests/core/client/script.hpp"

namespace client {

TEST(ClientCalls, AnOperationIsSentAgainUnderItsSequenceOnEveryLink) {
  Script s;
  const auto call = sent_operation(s, set_status());
  const auto first = *s.newest_operation<lock::SetStatus>();
  s.reply(&first, lock::LeadershipLost{});
  s.connected();
  const auto second = *s.newest_operation<lock::SetStatus>();
  EXPECT_NE(second.call, first.call);
  EXPECT_EQ(Script::as<lock::Sequenced>(second)->sequence, Script::as<lock::Sequenced>(first)->sequence);
  EXPECT_EQ(Script::as<lock::Sequenced>(second)->session, Script::as<lock::Sequenced>(first)->session);
  s.reply(&second, lock::StatusSet{lock::Revision(3)});
  EXPECT_TRUE(s.replied<lock::StatusSet>(call));
}

TEST(ClientCalls, AQueryIsAskedAgainOnEveryLink) {
  Script s;
  const auto call = s.ask(lock::CheckHold{"a", lock::Token(1)});
  s.connected();
  s.disconnected();
  s.connected();
  s.reply(s.newest_query<lock::CheckHold>(), lock::NotHeld{});
  EXPECT_TRUE(s.replied<lock::NotHeld>(call));
}

TEST(ClientCalls, ADuplicatedAnswerFinishesACallOnce) {
  Script s;
  sent_operation(s, set_status());
  const auto sent = *s.newest_operation<lock::SetStatus>();
  s.reply(&sent, lock::StatusSet{lock::Revision(3)});
  s.reply(&sent, lock::StatusSet{lock::Revision(3)});
  EXPECT_EQ(s.finished.size(), 1u);
}

TEST(ClientCalls, AcknowledgesUpToTheFirstUnansweredSequence) {
  Script s;
  sent_operation(s, set_status("a"));
  const auto first = *s.newest_operation<lock::SetStatus>();
  s.operate(set_status("b"));
  const auto second = *s.newest_operation<lock::SetStatus>();
  s.reply(&second, lock::StatusSet{lock::Revision(1)});
  s.operate(set_status("c"));
  EXPECT_EQ(Script::as<lock::Sequenced>(s.sent.back())->acknowledged, lock::Sequence(0));
  s.reply(&first, lock::StatusSet{lock::Revision(2)});
  s.operate(set_status("d"));
  EXPECT_EQ(Script::as<lock::Sequenced>(s.sent.back())->acknowledged, lock::Sequence(2));
}

TEST(ClientCalls, KeepsMoreOperationsThanTheServersRemember) {
  Script s;
  std::vector<CallId> calls;
  for (int i = 0; i < 100; ++i) calls.push_back(s.operate(set_status(std::to_string(i))));
  s.connected();
  s.open_session();
  const auto half = lock::Limits{}.replies_per_session / 2;
  EXPECT_EQ(s.last.sends.size(), half);
  for (std::size_t i = 0; i < s.sent.size(); ++i) {
    const auto sent = s.sent[i];
    const auto* sequenced = Script::as<lock::Sequenced>(sent);
    if (!sequenced) continue;
    EXPECT_LE(sequenced->sequence.value - sequenced->acknowledged.value, half);
    s.reply(&sent, lock::StatusSet{lock::Revision(1)});
  }
  EXPECT_EQ(s.finished.size(), 100u);
}

TEST(ClientCalls, AnOperationThatWasNeverSentHasCertainlyTimedOut) {
  Script s;
  const auto call = s.operate(set_status(), 3s);
  s.pass(1s);
  EXPECT_FALSE(s.outcome(call));
  s.pass(2s);
  EXPECT_TRUE(s.ended<TimedOut>(call));
}

TEST(ClientCalls, AnOperationThatEveryServerRefusedUnreadHasCertainlyTimedOut) {
  Script s;
  const auto call = sent_operation(s, set_status(), 3s);
  s.reply(s.newest_operation<lock::SetStatus>(), lock::NotLeader{});
  s.pass(3s);
  EXPECT_TRUE(s.ended<TimedOut>(call));
}

TEST(ClientCalls, AnOperationThatWasSentAndNotAnsweredIsUnknown) {
  Script s;
  const auto call = sent_operation(s, set_status(), 1s);
  s.pass(1s);
  EXPECT_TRUE(s.ended<Unknown>(call));
}

TEST(ClientCalls, ARefusalAfterALostLinkDoesNotMakeItCertain) {
  Script s;
  const auto call = sent_operation(s, set_status(), 1s);
  s.disconnected();
  s.connected();
  s.reply(s.newest_operation<lock::SetStatus>(), lock::NotLeader{});
  s.pass(1s);
  EXPECT_TRUE(s.ended<Unknown>(call));
}

TEST(ClientCalls, AnUnknownOutcomeDoesNotHoldBackTheAcknowledgedMark) {
  Script s;
  sent_operation(s, set_status("a"), 1s);
  s.pass(1s);
  s.operate(set_status("b"));
  EXPECT_EQ(Script::as<lock::Sequenced>(s.sent.back())->acknowledged, lock::Sequence(1));
}

TEST(ClientCalls, AQueryWhoseTimeIsOverTimesOut) {
  Script s;
  const auto call = s.ask(lock::GetHealth{}, 1s);
  s.connected();
  s.pass(1s);
  EXPECT_TRUE(s.ended<TimedOut>(call));
}

TEST(ClientCalls, GivingUpIsTheEndOfTheTime) {
  Script s;
  const auto call = s.operate(set_status());
  s.step(GiveUp{call});
  EXPECT_TRUE(s.ended<TimedOut>(call));
  s.step(GiveUp{call});
  EXPECT_EQ(s.finished.size(), 1u);
}

TEST(ClientCalls, AWaitForAStatusTestsItsLinkWithoutASession) {
  Script s;
  s.ask(lock::WaitStatus{"a", std::nullopt});
  s.connected();
  s.pass(config().reply_timeout * 2);
  EXPECT_TRUE(s.last.closes.empty()) << "no answer is due";
  s.pass(2s);
  ASSERT_TRUE(s.newest_query<lock::GetHealth>());
  s.reply(s.newest_query<lock::GetHealth>(), lock::Health{});
  s.pass(5s);
  s.pass(config().reply_timeout);
  EXPECT_EQ(s.last.closes.size(), 1u) << "the second probe was not answered";
  s.connected();
  EXPECT_TRUE(Script::as_query<lock::WaitStatus>(s.sent.back()));
}

TEST(ClientCalls, ADetachedHoldIsBelievedInFromTheFirstSendOn) {
  Script s;
  const auto call = s.operate(acquire_detached());
  s.connected();
  s.open_session();
  const auto first = s.now;
  s.now = s.now + 400ms;
  s.disconnected();
  s.connected();
  s.now = s.now + 400ms;
  s.reply(s.newest_operation<lock::Acquire>(), granted(4));
  ASSERT_TRUE(s.outcome(call));
  EXPECT_EQ(s.outcome(call)->holds_until, first + believed(lease(2000, 17'000), 500));
}

TEST(ClientCalls, AHoldThatWasWaitedForIsMeasuredAgainstAnEarlierRenewal) {
  Script s;
  const auto call = sent_operation(s, acquire_detached());
  s.reply(s.newest_operation<lock::Acquire>(), lock::Queued{});
  s.pass(5s);
  const auto sent = s.now;
  s.now = s.now + 90ms;
  s.reply(s.newest<lock::KeepAlive>(), lock::KeptAlive{lease(5900, 20'900), {}});
  s.now = s.now + 1s;
  s.reply(s.newest_operation<lock::Acquire>(), granted(4, true));
  ASSERT_TRUE(s.outcome(call));
  EXPECT_EQ(s.outcome(call)->holds_until, sent + believed(lease(5900, 17'000), 500));
}

TEST(ClientCalls, TellUnderWhichNumberTheyWereAsked) {
  Script s;
  const auto never_sent = s.operate(set_status());
  s.step(GiveUp{never_sent});
  EXPECT_EQ(s.outcome(never_sent)->sequence, lock::Sequence());
  sent_operation(s, set_status());
  const auto second = s.operate(acquire());
  s.reply(s.newest_operation<lock::Acquire>(), granted(4));
  EXPECT_EQ(s.outcome(second)->sequence, lock::Sequence(2));
}

TEST(ClientCalls, AHoldBoundToTheSessionIsNotMeasuredByItself) {
  Script s;
  const auto call = sent_operation(s, acquire());
  s.reply(s.newest_operation<lock::Acquire>(), granted(4));
  EXPECT_FALSE(s.outcome(call)->holds_until);
}

TEST(ClientCalls, ARenewalIsBelievedInFromItsFirstSendOn) {
  Script s;
  const auto call = sent_operation(s, lock::Renew{"a", lock::Token(4), lock::Millis(15'000)});
  const auto first = s.now;
  s.now = s.now + 300ms;
  s.reply(s.newest_operation<lock::Renew>(), lock::Renewed{lease(3000, 18'000)});
  EXPECT_EQ(s.outcome(call)->holds_until, first + believed(lease(3000, 18'000), 500));
}

TEST(TakingBack, AnAcquireWhoseTimeIsOverIsCancelled) {
  Script s;
  const auto call = sent_operation(s, acquire(), 2s);
  s.reply(s.newest_operation<lock::Acquire>(), lock::Queued{});
  s.pass(2s);
  EXPECT_FALSE(s.outcome(call));
  const auto* cancel = s.newest_operation<lock::Cancel>();
  ASSERT_TRUE(cancel);
  EXPECT_EQ(Script::as_operation<lock::Cancel>(*cancel)->acquire, lock::Sequence(1));
  EXPECT_EQ(Script::as<lock::Sequenced>(*cancel)->sequence, lock::Sequence(2));
  s.reply(cancel, lock::Cancelled{});
  EXPECT_TRUE(s.ended<TimedOut>(call));
}

TEST(TakingBack, AGrantThatComesTooLateIsLeftBeforeTheTimeOutIsReported) {
  Script s;
  const auto call = sent_operation(s, acquire("x"), 1s);
  s.pass(1s);
  const auto learnt = s.now;
  s.reply(s.newest_operation<lock::Cancel>(), granted(9, true));
  EXPECT_FALSE(s.outcome(call));
  EXPECT_FALSE(s.newest_operation<lock::Release>()) << "it would end a hold that was re-entered";
  const auto* leave = s.newest_operation<lock::Leave>();
  ASSERT_TRUE(leave);
  EXPECT_EQ(*Script::as_operation<lock::Leave>(*leave), lock::Leave{lock::Sequence(1)});
  s.now = s.now + 100ms;
  s.reply(leave, lock::Released{});
  EXPECT_TRUE(s.ended<TimedOut>(call));
  ASSERT_TRUE(s.outcome(call)->undone);
  EXPECT_EQ(s.outcome(call)->undone->token, lock::Token(9));
  EXPECT_EQ(s.outcome(call)->undone->granted, learnt);
}

TEST(TakingBack, AnAnswerThatWasOnItsWayCountsAsWell) {
  Script s;
  const auto call = sent_operation(s, acquire(), 1s);
  const auto sent = *s.newest_operation<lock::Acquire>();
  s.pass(1s);
  s.reply(&sent, lock::Held{});
  EXPECT_TRUE(s.replied<lock::Held>(call));
}

TEST(TakingBack, ALeaveNobodyConfirmsIsUnknownAndGoesOnBehindTheCall) {
  Script s;
  const auto call = sent_operation(s, acquire(), 1s);
  s.pass(1s);
  s.reply(s.newest_operation<lock::Cancel>(), granted(9, true));
  s.disconnected();
  s.pass(config().cancel_grace);
  EXPECT_TRUE(s.ended<Unknown>(call));
  const auto before = s.newest_operation<lock::Leave>()->call;
  s.reconnect();
  EXPECT_GT(s.newest_operation<lock::Leave>()->call, before);
  s.reply(s.newest_operation<lock::Leave>(), lock::Released{});
  s.disconnected();
  s.reconnect();
  EXPECT_TRUE(s.last.sends.empty()) << "it is settled";
  EXPECT_EQ(s.finished.size(), 1u);
}

TEST(TakingBack, AnAcquireThatEndedUnknownIsStillCancelled) {
  Script s;
  const auto call = sent_operation(s, acquire(), 1s);
  s.disconnected();
  s.pass(1s);
  s.pass(config().cancel_grace);
  EXPECT_TRUE(s.ended<Unknown>(call));
  EXPECT_FALSE(s.newest_operation<lock::Cancel>());
  s.reconnect();
  ASSERT_TRUE(s.newest_operation<lock::Cancel>());
  s.reply(s.newest_operation<lock::Cancel>(), lock::Cancelled{});
  s.operate(set_status());
  EXPECT_EQ(Script::as<lock::Sequenced>(s.sent.back())->acknowledged, lock::Sequence(2));
}

TEST(TakingBack, ANewAcquireOfTheSameNameWaitsForIt) {
  Script s;
  sent_operation(s, acquire("x"), 1s);
  s.disconnected();
  s.pass(1s);
  s.pass(config().cancel_grace);
  const auto again = s.operate(acquire("x"));
  s.reconnect();
  const auto acquires = [&] {
    std::set<lock::Sequence> sequences;
    for (const auto& sent : s.sent) {
      if (Script::as_operation<lock::Acquire>(sent))
        sequences.insert(Script::as<lock::Sequenced>(sent)->sequence);
    }
    return sequences.size();
  };
  EXPECT_EQ(acquires(), 1u);
  s.reply(s.newest_operation<lock::Cancel>(), lock::Cancelled{});
  EXPECT_EQ(acquires(), 2u);
  s.reply(s.newest_operation<lock::Acquire>(), granted(5));
  EXPECT_TRUE(s.replied<lock::Granted>(again));
}

TEST(TakingBack, ANewRequestForAnyOfItsNamesWaitsForIt) {
  Script s;
  sent_operation(s, acquire_all({"x", "y"}), 1s);
  s.disconnected();
  s.pass(1s);
  s.pass(config().cancel_grace);
  s.operate(acquire_all({"z", "y"}));
  s.operate(once("x"));
  s.reconnect();
  const auto held_back = [&] { return !s.newest_operation<lock::Once>(); };
  EXPECT_TRUE(held_back());
  EXPECT_EQ(Script::as_operation<lock::Acquire>(*s.newest_operation<lock::Acquire>())->locks[0].name, "x");
  s.reply(s.newest_operation<lock::Cancel>(), lock::Cancelled{});
  EXPECT_FALSE(held_back());
  EXPECT_EQ(Script::as_operation<lock::Acquire>(*s.newest_operation<lock::Acquire>())->locks[0].name, "z");
}

TEST(TakingBack, AOnceWhoseTimeIsOverIsCancelledAndItsRunGivenBack) {
  Script s;
  const auto call = sent_operation(s, once("x"), 2s);
  s.reply(s.newest_operation<lock::Once>(), lock::Queued{});
  s.pass(2s);
  s.reply(s.newest_operation<lock::Cancel>(), granted(9, true));
  EXPECT_FALSE(s.outcome(call));
  ASSERT_TRUE(s.newest_operation<lock::Leave>());
  s.reply(s.newest_operation<lock::Leave>(), lock::Released{});
  EXPECT_TRUE(s.ended<TimedOut>(call));
  EXPECT_EQ(s.outcome(call)->undone->token, lock::Token(9));
}

TEST(TakingBack, AnOutcomeThatWasOnItsWayCountsAsWell) {
  Script s;
  const auto call = sent_operation(s, once("x"), 1s);
  s.pass(1s);
  s.reply(s.newest_operation<lock::Cancel>(),
          lock::OnceEnded{"done", 0, base::Bytes("out"), false, 1, "", {}});
  EXPECT_TRUE(s.replied<lock::OnceEnded>(call));
  const auto other = s.operate(acquire("y"), 1s);
  s.pass(1s);
  s.reply(s.newest_operation<lock::Cancel>(), lock::Superseded{"who"});
  EXPECT_TRUE(s.replied<lock::Superseded>(other));
  EXPECT_FALSE(s.newest_operation<lock::Leave>());
}

TEST(TakingBack, ARunThatMayHaveBegunEndsWithItsSession) {
  Script s;
  const auto call = sent_operation(s, once("x"));
  s.reply(s.newest_operation<lock::Once>(), lock::Queued{});
  s.pass(5s);
  s.reply(s.newest<lock::KeepAlive>(), lock::SessionExpired{});
  EXPECT_TRUE(s.replied<lock::SessionExpired>(call));
}

TEST(TakingBack, EndsWithItsSession) {
  Script s;
  const auto bound = sent_operation(s, acquire("x"), 1s);
  const auto detached = s.operate(acquire_detached("y"), 1s);
  s.pass(1s);
  s.reply(s.newest_operation<lock::Cancel>(), lock::SessionExpired{});
  EXPECT_TRUE(s.replied<lock::SessionExpired>(bound));
  EXPECT_TRUE(s.ended<Unknown>(detached));
}

}  // namespace client
