// Watches, as their client sees them.
#include "tests/core/client/script.hpp"

namespace client {
namespace {

lock::Changes changes(std::uint64_t through, std::vector<std::uint64_t> indexes = {}) {
  lock::Changes c{through, {}};
  for (const auto index : indexes) c.changes.push_back({index, "a", "granted", {}, {}, {}, {}, {}});
  return c;
}
std::optional<std::uint64_t> asked_since(const Script& s) {
  return Script::as_query<lock::Watch>(*s.newest_query<lock::Watch>())->since;
}

struct ClientWatch : testing::Test {
  Script s;
  CallId call = s.ask(lock::Watch{"a", std::nullopt});

  ClientWatch() { s.connected(); }
  void tell(lock::Reply reply) { s.reply(s.newest_query<lock::Watch>(), std::move(reply)); }
};

TEST_F(ClientWatch, PassesOnWhatItIsToldUntilItIsGivenUp) {
  tell(lock::Reset{7, {}, false});
  tell(changes(9, {8, 9}));
  ASSERT_EQ(s.noticed.size(), 2u);
  EXPECT_TRUE(std::holds_alternative<lock::Reset>(s.noticed[0].reply));
  EXPECT_EQ(s.noticed[1].reply, lock::Reply(changes(9, {8, 9})));
  EXPECT_EQ(s.noticed[1].call, call);
  s.step(GiveUp{call});
  EXPECT_TRUE(s.ended<TimedOut>(call));
  tell(changes(11, {11}));
  EXPECT_EQ(s.noticed.size(), 2u);
}

TEST_F(ClientWatch, GoesOnAtAnotherServerFromWhatItWasToldLast) {
  EXPECT_EQ(asked_since(s), std::nullopt);
  tell(lock::Reset{7, {}, false});
  s.disconnected();
  s.connected();
  EXPECT_EQ(asked_since(s), 7u);
  tell(changes(9, {8}));
  tell(lock::NotLeader{"b:1"});
  s.connected();
  EXPECT_EQ(asked_since(s), 9u);
}

TEST_F(ClientWatch, IsNotToldTwiceNorBackwards) {
  tell(lock::Reset{7, {}, false});
  tell(changes(9, {9}));
  tell(changes(9, {9}));
  tell(changes(8, {8}));
  tell(lock::Reset{6, {}, false});
  EXPECT_EQ(s.noticed.size(), 2u);
  s.disconnected();
  s.connected();
  tell(changes(9));
  EXPECT_EQ(s.noticed.size(), 3u) << "that it stands again is news";
}

TEST_F(ClientWatch, StandsForDaysWithoutAnAnswerButTestsItsLink) {
  tell(lock::Reset{7, {}, false});
  const auto before = s.newest_query<lock::Watch>()->call;
  for (int i = 0; i < 60 * 24; ++i) {
    s.pass(60s);
    ASSERT_TRUE(s.last.closes.empty());
    s.reply(s.newest_query<lock::GetHealth>(), lock::Health{});
  }
  EXPECT_EQ(s.newest_query<lock::Watch>()->call, before);
  EXPECT_FALSE(s.outcome(call));
  s.pass(60s);
  s.pass(config().reply_timeout);
  EXPECT_EQ(s.last.closes.size(), 1u) << "the last probe was not answered";
}

TEST_F(ClientWatch, IsAskedElsewhereWhereNothingIsToldAtFirst) {
  s.pass(config().reply_timeout);
  EXPECT_EQ(s.last.closes.size(), 1u);
}

TEST_F(ClientWatch, EndsWhereItIsRefused) {
  tell(lock::Refused{"no such name"});
  EXPECT_TRUE(s.replied<lock::Refused>(call));
}

}  // namespace
}  // namespace client
