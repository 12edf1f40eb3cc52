// Until when a client believes in what.
#include <rapidcheck.h>

#include "core/base/random.hpp"
#include "tests/core/client/script.hpp"

namespace client {
namespace {

// A session whose opening was sent at `sent`, with the stamp 1000.
struct ClientDeadline : testing::Test {
  Script s;
  Instant sent = s.now;

  ClientDeadline() {
    s.operate(acquire());
    s.connected();
    s.open_session();
    s.reply(s.newest_operation<lock::Acquire>(), granted(1));
  }
  // A renewal that is sent `after` now and stamped so.
  Instant renew(std::uint64_t stamp, std::vector<lock::Taken> taken = {}) {
    s.pass(5s);
    const auto at = s.now;
    s.reply(s.newest<lock::KeepAlive>(), lock::KeptAlive{lease(stamp, stamp + 15'000), std::move(taken)});
    return at;
  }
};

TEST(ClientDeadlineWithoutASession, IsNothing) {
  Script s;
  EXPECT_FALSE(s.client.when({5000}));
  EXPECT_FALSE(s.client.hold_deadline(std::nullopt));
}

TEST_F(ClientDeadline, OfALogTimeIsCountedFromTheSendOfTheOpening) {
  EXPECT_EQ(s.client.when({9000}), sent + believed(lease(1000, 9000), 500));
  EXPECT_EQ(s.client.when({1000}), sent) << "it may have come already";
  EXPECT_EQ(s.client.when({3}), sent);
}

TEST_F(ClientDeadline, OfALogTimeIsCountedFromTheRenewalThatTellsMost) {
  const auto second = renew(6000);
  EXPECT_EQ(s.client.when({9000}), second + believed(lease(6000, 9000), 500));
  // On its way for 3 s: its stamp says less than the former one.
  renew(14'000);
  EXPECT_EQ(s.client.when({30'000}), second + believed(lease(6000, 30'000), 500));
  // The log clock stood still meanwhile.
  const auto fourth = renew(14'500);
  EXPECT_EQ(s.client.when({30'000}), fourth + believed(lease(14'500, 30'000), 500));
}

TEST_F(ClientDeadline, OfAHoldIsTheEarlierOfItsSessionsEndAndItsOwn) {
  EXPECT_EQ(s.client.hold_deadline(std::nullopt), s.client.session_deadline());
  EXPECT_EQ(s.client.hold_deadline(lock::LogTime{4000}), sent + believed(lease(1000, 4000), 500));
  EXPECT_EQ(s.client.hold_deadline(lock::LogTime{400'000}), s.client.session_deadline());
  const auto before = s.client.hold_deadline(lock::LogTime{400'000});
  renew(6000);
  EXPECT_GT(s.client.hold_deadline(lock::LogTime{400'000}), before);
}

TEST_F(ClientDeadline, OfAHoldIsNothingWithoutItsSession) {
  s.pass(5s);
  s.reply(s.newest<lock::KeepAlive>(), lock::SessionExpired{});
  EXPECT_FALSE(s.client.hold_deadline(lock::LogTime{400'000}));
}

TEST_F(ClientDeadline, OfALogTimeOutlivesTheSession) {
  s.pass(5s);
  s.reply(s.newest<lock::KeepAlive>(), lock::SessionExpired{});
  EXPECT_EQ(s.client.when({9000}), sent + believed(lease(1000, 9000), 500));
}

TEST_F(ClientDeadline, AHoldThatWasEndedIsToldLostWithEveryRenewal) {
  renew(6000);
  EXPECT_TRUE(s.lost.empty());
  renew(11'000, {{lock::Token(1), "broken by an operator"}});
  renew(16'000, {{lock::Token(1), "broken by an operator"}, {lock::Token(4), "over its maximum"}});
  ASSERT_EQ(s.lost.size(), 3u);
  EXPECT_EQ(s.lost[0].token, lock::Token(1));
  EXPECT_EQ(s.lost[0].why, "broken by an operator");
  EXPECT_EQ(s.lost[1].token, lock::Token(1)) << "the grant may have been told only now";
  EXPECT_EQ(s.lost[2].token, lock::Token(4));
}

TEST(ClientSessionParent, IsNamedWhenTheSessionIsOpened) {
  auto c = config();
  c.parent = lock::SessionId(41);
  Script s(c);
  s.operate(acquire());
  s.connected();
  EXPECT_EQ(Script::as<lock::OpenSession>(*s.newest<lock::OpenSession>())->parent, lock::SessionId(41));
}

// Real time in nanoseconds; the log's clock and the client's each run at a rate within the bound, and a stamp
// is made anywhere between a request's send and its answer.
TEST(ClientDeadlineProperty, IsNeverAfterTheLogClockReachesTheTime) {
  EXPECT_TRUE(rc::check([] {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const std::int64_t log_ppm = *rc::gen::inRange(-500, 501), local_ppm = *rc::gen::inRange(-500, 501);
    base::Random random(seed);
    const auto local = [&](std::int64_t real_us) {
      return Instant{Duration(real_us * (1'000'000 + local_ppm) / 1000)};
    };
    const auto stamp = [&](std::int64_t real_us) {
      return static_cast<std::uint64_t>(real_us * (1'000'000 + log_ppm) / 1'000'000'000);
    };
    Session session(config());
    session.begin_opening();
    std::int64_t real_us = 1'000'000;
    for (int renewals = 0; renewals < 8; ++renewals) {
      const auto sent = local(real_us);
      real_us += random.between(0, 3'000'000);
      const auto at = stamp(real_us);
      if (session.opening()) {
        session.opened(lock::SessionId(1), lease(at, at + 15'000), sent);
      } else {
        session.kept_alive(lease(at, at + 15'000), sent);
      }
      real_us += random.between(0, 5'000'000);
      const auto time = at + static_cast<std::uint64_t>(random.between(1, 3'600'000));
      const auto reached = [&](std::uint64_t ms) {
        return local(static_cast<std::int64_t>(ms) * 1'000'000'000 / (1'000'000 + log_ppm) + 1);
      };
      RC_ASSERT(*session.when({time}) <= reached(time));
      RC_ASSERT(*session.deadline() <= reached(at + 15'000));
    }
  }));
}

}  // namespace
}  // namespace client
