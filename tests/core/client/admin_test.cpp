// What operators ask, and reads that say what their answer may rest on.
#include "tests/core/client/script.hpp"

namespace client {
namespace {

const lock::ChangeMembers kRemove{{}, {base::NodeId(3)}, {}};

template <class T>
const Send* newest_admin(const Script& s) {
  for (auto it = s.sent.rbegin(); it != s.sent.rend(); ++it) {
    const auto* admin = std::get_if<lock::Admin>(&it->request);
    if (admin && std::holds_alternative<T>(*admin)) return &*it;
  }
  return nullptr;
}

CallId administer(Script& s, lock::Admin request, std::optional<Duration> within = {}) {
  return s.begin(std::move(request), within);
}

}  // namespace

TEST(ClientAdmin, NeedsNoSession) {
  Script s;
  const auto call = administer(s, kRemove);
  s.connected();
  EXPECT_FALSE(s.newest<lock::OpenSession>());
  s.reply(newest_admin<lock::ChangeMembers>(s), lock::MembersChanged{});
  EXPECT_TRUE(s.replied<lock::MembersChanged>(call));
}

TEST(ClientAdmin, IsAskedAgainWhereLeadershipIsLostMeanwhile) {
  Script s;
  const auto call = administer(s, kRemove);
  s.connected();
  const auto first = *newest_admin<lock::ChangeMembers>(s);
  s.reply(&first, lock::LeadershipLost{});
  s.connected();
  const auto again = *newest_admin<lock::ChangeMembers>(s);
  EXPECT_NE(again.link, first.link);
  s.reply(&again, lock::MembersChanged{});
  EXPECT_TRUE(s.replied<lock::MembersChanged>(call));
}

TEST(ClientAdmin, GoesToTheLeaderThatAFollowerNames) {
  Script s;
  administer(s, kRemove);
  s.connected();
  s.reply(newest_admin<lock::ChangeMembers>(s), lock::NotLeader{"elsewhere:9"});
  EXPECT_EQ(s.endpoint, "elsewhere:9");
}

TEST(ClientAdmin, ARefusalIsAnAnswer) {
  Script s;
  const auto call = administer(s, kRemove);
  s.connected();
  s.reply(newest_admin<lock::ChangeMembers>(s), lock::Refused{"server 3 is no member"});
  EXPECT_TRUE(s.replied<lock::Refused>(call));
}

TEST(ClientAdmin, AnAnswerToAnotherQuestionEndsTheLink) {
  Script s;
  const auto call = administer(s, kRemove);
  s.connected();
  s.reply(newest_admin<lock::ChangeMembers>(s), lock::SnapshotTaken{});
  EXPECT_FALSE(s.outcome(call));
  EXPECT_EQ(s.last.closes.size(), 1u);
}

TEST(ClientAdmin, AChangeThatWasNeverSentHasCertainlyTimedOut) {
  Script s;
  const auto call = administer(s, kRemove, 1s);
  s.pass(1s);
  EXPECT_TRUE(s.ended<TimedOut>(call));
}

TEST(ClientAdmin, AChangeThatWasRefusedUnreadHasCertainlyTimedOut) {
  Script s;
  const auto call = administer(s, kRemove, 1s);
  s.connected();
  s.reply(newest_admin<lock::ChangeMembers>(s), lock::NotLeader{});
  s.pass(1s);
  EXPECT_TRUE(s.ended<TimedOut>(call));
}

TEST(ClientAdmin, AChangeThatWasSentAndNotAnsweredIsUnknown) {
  Script s;
  const auto call = administer(s, kRemove, 1s);
  s.connected();
  s.pass(1s);
  EXPECT_TRUE(s.ended<Unknown>(call));
}

TEST(ClientAdmin, AQuestionIsNeverInDoubt) {
  for (const lock::Admin& question : {lock::Admin(lock::GetMembers{}), lock::Admin(lock::GetMetrics{})}) {
    Script s;
    const auto call = administer(s, question, 1s);
    s.connected();
    s.pass(1s);
    EXPECT_TRUE(s.ended<TimedOut>(call));
  }
}

TEST(ClientAdmin, AQuestionThatIsNotAnsweredIsAskedElsewhere) {
  Script s;
  const auto call = administer(s, lock::GetMembers{});
  s.connected();
  const auto first = s.link;
  s.pass(config().reply_timeout);
  EXPECT_EQ(s.last.closes.size(), 1u);
  s.reconnect();
  EXPECT_NE(s.link, first);
  s.reply(newest_admin<lock::GetMembers>(s), lock::Members{});
  EXPECT_TRUE(s.replied<lock::Members>(call));
}

TEST(ClientAdmin, AChangeMayTakeLongAsLongAsItsServerLives) {
  Script s;
  const auto call = administer(s, kRemove);
  s.connected();
  for (int i = 0; i < 10; ++i) {
    s.pass(5s);
    ASSERT_TRUE(s.last.closes.empty()) << i;
    s.reply(s.newest_query<lock::GetHealth>(), lock::Health{});
  }
  s.reply(newest_admin<lock::ChangeMembers>(s), lock::MembersChanged{});
  EXPECT_TRUE(s.replied<lock::MembersChanged>(call));
}

TEST(ClientAdmin, AChangeGoesElsewhereWhenItsServerFallsSilent) {
  Script s;
  administer(s, kRemove);
  s.connected();
  s.pass(5s);
  ASSERT_TRUE(s.newest_query<lock::GetHealth>());
  s.pass(config().reply_timeout);
  EXPECT_EQ(s.last.closes.size(), 1u);
}

TEST(ClientConsistency, OfAQueryIsSentWithIt) {
  using lock::Consistency;
  for (const auto wanted : {Consistency::linearizable, Consistency::lease, Consistency::stale}) {
    Script s;
    s.step(Begin{CallId(1), lock::Query(lock::GetStatus{"a"}), std::nullopt, wanted});
    s.connected();
    ASSERT_TRUE(s.newest_query<lock::GetStatus>());
    EXPECT_EQ(s.newest_query<lock::GetStatus>()->consistency, wanted);
    s.disconnected();
    s.reconnect();
    EXPECT_EQ(s.newest_query<lock::GetStatus>()->consistency, wanted) << "asked again";
  }
}

TEST(ClientConsistency, OfAllElseIsLinearizable) {
  Script s;
  s.step(Begin{CallId(1), lock::Operation(set_status()), std::nullopt, lock::Consistency::stale});
  s.connected();
  s.open_session();
  for (const auto& sent : s.sent) EXPECT_EQ(sent.consistency, lock::Consistency::linearizable);
}

}  // namespace client
