#include "core/client/session.hpp"

#include "tests/core/client/script.hpp"

namespace client {

TEST(LeaseRule, TakesTwiceTheClockErrorOffInWholeNanoseconds) {
  EXPECT_EQ(believed(lease(1000, 2001), 500), 999ms);
  EXPECT_EQ(believed(lease(1000, 1002), 500), 999us);
}

TEST(LeaseRule, TakesOffTheMillisecondThatAStampMayHaveLost) {
  EXPECT_EQ(believed(lease(1000, 2000), 0), 999ms);
  EXPECT_EQ(believed(lease(1000, 1001), 0), 0ms);
}

TEST(LeaseRule, GivesNothingWhereTheEndIsNotAfterTheStamp) {
  EXPECT_EQ(believed(lease(1000, 1000), 500), 0ns);
  EXPECT_EQ(believed(lease(1000, 900), 500), 0ns);
}

TEST(LeaseRule, BearsAnAbsurdLeaseAndAnAbsurdClock) {
  EXPECT_GT(believed(lease(0, ~std::uint64_t{0}), 0), 24h * 365 * 100);
  EXPECT_EQ(believed(lease(0, 1000), 600'000), 0ns);
}

TEST(ClientSession, IsOpenedByTheFirstOperationAndNotByAQuery) {
  Script s;
  s.ask(lock::GetStatus{"a"});
  s.connected();
  EXPECT_FALSE(s.newest<lock::OpenSession>());
  s.operate(acquire());
  ASSERT_TRUE(s.newest<lock::OpenSession>());
  EXPECT_FALSE(s.newest_operation<lock::Acquire>());
  s.open_session(5);
  EXPECT_EQ(s.client.session(), lock::SessionId(5));
  ASSERT_TRUE(s.newest_operation<lock::Acquire>());
  EXPECT_EQ(Script::as<lock::Sequenced>(*s.newest_operation<lock::Acquire>())->session, lock::SessionId(5));
}

TEST(ClientSession, ItsFirstDeadlineIsMeasuredFromTheRequestThatWasAnswered) {
  Script s;
  s.operate(acquire());
  s.connected();
  s.now = s.now + 700ms;
  s.disconnected();
  s.connected();
  const auto sent = s.now;
  s.now = s.now + 300ms;
  s.open_session();
  EXPECT_EQ(s.client.session_deadline(), sent + believed(lease(1000, 16'000), 500));
}

TEST(ClientSession, ALateAnswerToAnEarlierAttemptIsIgnored) {
  Script s;
  s.operate(acquire());
  s.connected();
  const auto early = *s.newest<lock::OpenSession>();
  s.disconnected();
  s.connected();
  s.reply(&early, lock::SessionOpened{lock::SessionId(8), lease(1000, 16'000)});
  EXPECT_FALSE(s.client.session());
  s.open_session(9);
  EXPECT_EQ(s.client.session(), lock::SessionId(9));
}

TEST(ClientSession, ARefusedSessionEndsTheOperationsThatWantedIt) {
  Script s;
  const auto call = s.operate(acquire());
  s.connected();
  s.reply(s.newest<lock::OpenSession>(), lock::Refused{"too many"});
  ASSERT_TRUE(s.replied<lock::Refused>(call));
  s.disconnected();
  EXPECT_EQ(s.connects, 1u);
}

TEST(ClientSession, IsRenewedEveryThirdOfItsTtl) {
  Script s;
  sent_operation(s, acquire());
  s.reply(s.newest_operation<lock::Acquire>(), granted(1));
  EXPECT_EQ(*s.last.wake_at - s.now, 5s);
  s.pass(5s);
  const auto first = *s.newest<lock::KeepAlive>();
  s.reply(&first, lock::KeptAlive{lease(6000, 21'000)});
  EXPECT_EQ(*s.last.wake_at - s.now, 5s);
  s.pass(5s);
  EXPECT_NE(s.newest<lock::KeepAlive>()->call, first.call);
}

TEST(ClientSession, ItsDeadlineIsMeasuredFromTheSendOfTheRenewal) {
  Script s;
  sent_operation(s, acquire());
  s.reply(s.newest_operation<lock::Acquire>(), granted(1));
  s.pass(5s);
  const auto sent = s.now;
  s.now = s.now + 800ms;
  s.reply(s.newest<lock::KeepAlive>(), lock::KeptAlive{lease(6000, 21'000)});
  EXPECT_EQ(s.client.session_deadline(), sent + believed(lease(6000, 21'000), 500));
}

TEST(ClientSession, ItsDeadlineNeverFalls) {
  Script s;
  sent_operation(s, acquire());
  const auto before = s.client.session_deadline();
  s.reply(s.newest_operation<lock::Acquire>(), granted(1));
  s.pass(5s);
  s.reply(s.newest<lock::KeepAlive>(), lock::KeptAlive{lease(6000, 6001)});
  EXPECT_EQ(s.client.session_deadline(), before);
}

TEST(ClientSession, AnUnansweredRenewalIsSentAgainOnTheNextLinkAtOnce) {
  Script s;
  sent_operation(s, acquire());
  s.reply(s.newest_operation<lock::Acquire>(), granted(1));
  s.pass(5s);
  const auto first = s.newest<lock::KeepAlive>()->call;
  s.pass(config().reply_timeout);
  EXPECT_EQ(s.last.closes.size(), 1u);
  s.connected();
  EXPECT_GT(s.newest<lock::KeepAlive>()->call, first);
}

TEST(ClientSession, TestsItsLinkAlsoWhileItWaitsInAQueue) {
  Script s;
  sent_operation(s, acquire());
  s.reply(s.newest_operation<lock::Acquire>(), lock::Queued{"other", lock::Millis(5), 0});
  ASSERT_EQ(s.last.progress.size(), 1u);
  s.pass(4s);
  EXPECT_TRUE(s.last.closes.empty()) << "no answer is due";
  s.pass(1s);
  s.pass(config().reply_timeout);
  EXPECT_EQ(s.last.closes.size(), 1u) << "the renewal was not answered";
}

TEST(ClientSession, ReconnectsForItsOwnSake) {
  Script s;
  sent_operation(s, acquire());
  s.reply(s.newest_operation<lock::Acquire>(), granted(1));
  s.disconnected();
  EXPECT_EQ(s.connects, 2u);
}

TEST(ClientSession, HasNoDeadlineOnceItHasExpiredAndTheNextOperationOpensAnother) {
  Script s;
  sent_operation(s, acquire());
  s.reply(s.newest_operation<lock::Acquire>(), granted(1));
  s.pass(5s);
  s.reply(s.newest<lock::KeepAlive>(), lock::SessionExpired{});
  EXPECT_FALSE(s.client.session());
  EXPECT_FALSE(s.client.session_deadline());
  EXPECT_FALSE(s.last.wake_at) << "nothing is left to do";
  s.operate(acquire());
  s.open_session(2);
  EXPECT_EQ(s.client.session(), lock::SessionId(2));
  EXPECT_EQ(Script::as<lock::Sequenced>(*s.newest_operation<lock::Acquire>())->sequence, lock::Sequence(1));
}

TEST(ClientSession, ASecondWordOfItsExpiryDoesNotEndTheNextOne) {
  Script s;
  sent_operation(s, acquire());
  const auto first = *s.newest_operation<lock::Acquire>();
  s.reply(&first, lock::Queued{"other", lock::Millis(5), 0});
  s.pass(5s);
  s.reply(s.newest<lock::KeepAlive>(), lock::SessionExpired{});
  s.operate(acquire());
  s.open_session(2);
  s.reply(&first, lock::SessionExpired{});
  EXPECT_EQ(s.client.session(), lock::SessionId(2));
}

TEST(ClientSession, ItsExpiryLeavesASentWriteUnknownAndAnAcquireExpired) {
  Script s;
  const auto bound = sent_operation(s, acquire("a"));
  const auto detached = s.operate(acquire_detached("b"));
  const auto write = s.operate(set_status("c"));
  s.reply(s.newest_operation<lock::Acquire>(), lock::Queued{});
  s.disconnected();
  s.connected();
  const auto last = s.sent.back();
  s.reply(&last, lock::SessionExpired{});
  EXPECT_TRUE(s.replied<lock::SessionExpired>(bound));
  EXPECT_TRUE(s.ended<Unknown>(detached));
  EXPECT_TRUE(s.ended<Unknown>(write));
}

TEST(ClientSession, AWriteThatWasSentOnceAndFoundItExpiredHasCertainlyNotHappened) {
  Script s;
  const auto write = sent_operation(s, set_status());
  s.reply(s.newest_operation<lock::SetStatus>(), lock::SessionExpired{});
  EXPECT_TRUE(s.replied<lock::SessionExpired>(write));
}

TEST(ClientSession, ClosingItEndsItsRenewals) {
  Script s;
  sent_operation(s, set_status());
  s.reply(s.newest_operation<lock::SetStatus>(), lock::StatusSet{lock::Revision(1)});
  const auto close = s.begin(CloseSession{});
  s.reply(s.newest<lock::CloseSession>(), lock::SessionClosed{});
  EXPECT_TRUE(s.replied<lock::SessionClosed>(close));
  EXPECT_FALSE(s.client.session());
  EXPECT_FALSE(s.last.wake_at);
}

TEST(ClientSession, ClosingItWhereThereIsNoneIsDoneAtOnce) {
  Script s;
  const auto close = s.begin(CloseSession{});
  EXPECT_TRUE(s.replied<lock::SessionClosed>(close));
  EXPECT_EQ(s.connects, 0u);
}

TEST(ClientSession, ClosingItIsGivenUpInTimeAndRenewalsEndAllTheSame) {
  Script s;
  sent_operation(s, set_status());
  s.reply(s.newest_operation<lock::SetStatus>(), lock::StatusSet{lock::Revision(1)});
  const auto close = s.begin(CloseSession{}, 500ms);
  s.pass(500ms);
  EXPECT_TRUE(s.ended<Unknown>(close));
  EXPECT_FALSE(s.client.session_deadline());
  s.disconnected();
  EXPECT_EQ(s.connects, 1u);
}

TEST(ClientSession, AnOperationBegunWhileItClosesGoesIntoTheNextOne) {
  Script s;
  sent_operation(s, set_status());
  s.reply(s.newest_operation<lock::SetStatus>(), lock::StatusSet{lock::Revision(1)});
  s.begin(CloseSession{});
  const auto next = s.operate(acquire());
  EXPECT_FALSE(s.newest_operation<lock::Acquire>());
  s.reply(s.newest<lock::CloseSession>(), lock::SessionClosed{});
  s.open_session(2);
  s.reply(s.newest_operation<lock::Acquire>(), granted(1));
  EXPECT_TRUE(s.replied<lock::Granted>(next));
}

TEST(ClientSession, IsNotOpenedForOperationsWhoseTimeIsOver) {
  Script s;
  const auto call = s.operate(acquire(), 100ms);
  s.pass(100ms);
  EXPECT_TRUE(s.ended<TimedOut>(call));
  s.connected();
  EXPECT_TRUE(s.last.sends.empty());
  EXPECT_FALSE(s.last.wake_at);
}

}  // namespace client
