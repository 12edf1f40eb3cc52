#include "core/client/link.hpp"

#include <set>

#include "tests/core/client/script.hpp"

namespace client {

TEST(ClientLink, IsNotOpenedBeforeThereIsACall) {
  Script s;
  s.step(TimerFired{});
  EXPECT_EQ(s.connects, 0u);
  EXPECT_FALSE(s.last.wake_at);
}

TEST(ClientLink, IsOpenedAtOnceForACall) {
  Script s;
  s.ask(lock::GetStatus{"a"});
  EXPECT_EQ(s.connects, 1u);
}

TEST(ClientLink, StartsAtARandomEndpoint) {
  std::set<std::string> first;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    auto c = config();
    c.seed = seed;
    Script s(c);
    s.ask(lock::GetStatus{"a"});
    first.insert(s.endpoint);
  }
  EXPECT_EQ(first.size(), 3u);
}

TEST(ClientLink, RetriesTheNextEndpointAtOnce) {
  Script s;
  s.ask(lock::GetStatus{"a"});
  const auto first = s.endpoint;
  s.disconnected();
  EXPECT_EQ(s.connects, 2u);
  EXPECT_NE(s.endpoint, first);
}

TEST(ClientLink, BacksOffFromTheSecondRetryOnUpToItsBound) {
  Script s;
  s.ask(lock::GetStatus{"a"});
  s.disconnected();
  s.disconnected();
  EXPECT_EQ(s.connects, 2u) << "the second retry waits";
  Duration longest{};
  for (int i = 0; i < 12; ++i) {
    ASSERT_TRUE(s.last.wake_at);
    longest = std::max(longest, *s.last.wake_at - s.now);
    s.now = *s.last.wake_at;
    s.step(TimerFired{});
    s.disconnected();
  }
  EXPECT_GE(longest, config().backoff_max / 2);
  EXPECT_LE(longest, config().backoff_max);
}

TEST(ClientLink, GivesUpAnAttemptThatTakesTooLong) {
  Script s;
  s.ask(lock::GetStatus{"a"});
  const auto first = s.link;
  s.pass(config().connect_timeout);
  ASSERT_EQ(s.last.closes.size(), 1u);
  EXPECT_EQ(s.last.closes[0].link, first);
  EXPECT_NE(s.link, first);
}

TEST(ClientLink, FollowsAHintAlsoWhereItIsNoEndpoint) {
  Script s;
  s.ask(lock::GetStatus{"a"});
  s.connected();
  s.reply(s.newest_query<lock::GetStatus>(), lock::NotLeader{"elsewhere:9"});
  EXPECT_EQ(s.last.closes.size(), 1u);
  EXPECT_EQ(s.endpoint, "elsewhere:9");
}

TEST(ClientLink, WithoutAHintTriesTheNextEndpoint) {
  Script s;
  s.ask(lock::GetStatus{"a"});
  s.connected();
  const auto first = s.endpoint;
  s.reply(s.newest_query<lock::GetStatus>(), lock::NotLeader{});
  EXPECT_NE(s.endpoint, first);
  EXPECT_EQ(s.connects, 2u);
}

TEST(ClientLink, DoesNotSpinWhenServersNameEachOther) {
  Script s;
  s.ask(lock::GetStatus{"a"});
  const auto start = s.now;
  for (int i = 0; i < 40; ++i) {
    s.connected();
    s.reply(s.newest_query<lock::GetStatus>(), lock::NotLeader{s.endpoint == "a:1" ? "b:1" : "a:1"});
    const auto before = s.connects;
    while (s.connects == before) {
      s.now = *s.last.wake_at;
      s.step(TimerFired{});
    }
  }
  EXPECT_GT(s.now - start, 30 * config().backoff_max / 2);
}

TEST(ClientLink, AfterAnAnswerTheNextRetryIsAtOnceAgain) {
  Script s;
  s.ask(lock::GetStatus{"a"});
  for (int i = 0; i < 5; ++i) s.disconnected();
  s.reconnect();
  s.reply(s.newest_query<lock::GetStatus>(), lock::NameView{});
  s.ask(lock::GetStatus{"b"});
  const auto before = s.connects;
  s.disconnected();
  EXPECT_EQ(s.connects, before + 1);
}

TEST(ClientLink, IsGivenUpWhenARequestIsNotAnsweredInTime) {
  Script s;
  s.ask(lock::GetStatus{"a"});
  s.connected();
  s.pass(config().reply_timeout - 1ns);
  EXPECT_TRUE(s.last.closes.empty());
  s.pass(1ns);
  EXPECT_EQ(s.last.closes.size(), 1u);
  EXPECT_EQ(s.connects, 2u);
}

TEST(ClientLink, IsNotReopenedWhenNothingIsNeeded) {
  Script s;
  s.ask(lock::GetStatus{"a"});
  s.connected();
  s.reply(s.newest_query<lock::GetStatus>(), lock::NameView{});
  s.disconnected();
  s.pass(1h);
  EXPECT_EQ(s.connects, 1u);
  EXPECT_FALSE(s.last.wake_at);
}

TEST(ClientLink, IsGivenUpForAnAnswerThatDoesNotFitTheQuestion) {
  Script s;
  const auto call = s.ask(lock::GetStatus{"a"});
  s.connected();
  s.reply(s.newest_query<lock::GetStatus>(), lock::Released{});
  EXPECT_EQ(s.last.closes.size(), 1u);
  EXPECT_FALSE(s.outcome(call));
}

TEST(ClientLink, OldLinksAreNotListenedTo) {
  Script s;
  const auto call = s.ask(lock::GetStatus{"a"});
  s.connected();
  const auto old = *s.newest_query<lock::GetStatus>();
  s.disconnected();
  s.reply(&old, lock::NameView{});
  EXPECT_FALSE(s.outcome(call));
  s.reconnect();
}

}  // namespace client
