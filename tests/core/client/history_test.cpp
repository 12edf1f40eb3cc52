#include "core/client/history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/check.hpp"

namespace client {
namespace {

std::string line(Question question, lock::Reply reply) {
  return history_line(Recorded{3, std::move(question), 1200, 9100, std::move(reply)}).value_or("nothing");
}
std::string unknown(Question question) {
  return history_line(Recorded{3, std::move(question), 1200, std::nullopt, std::nullopt}).value_or("nothing");
}
lock::Operation acquire(bool wait = true, std::optional<lock::Millis> detached = {}) {
  return lock::Acquire{{{"jobs/42"}}, wait, detached, {}};
}

lock::Holder holder(std::uint64_t token) {
  lock::Holder h;
  h.token = lock::Token(token);
  return h;
}
lock::Record record() {
  lock::Record r;
  r.state = "done";
  r.code = -1;
  r.value = base::Bytes("v");
  r.token = lock::Token(56);
  r.revision = lock::Revision(9);
  return r;
}

constexpr const char* kStart = R"({"client": 3, "key": "jobs/42", )";

TEST(History, WritesAGrantWithItsToken) {
  EXPECT_EQ(line(acquire(), lock::Granted{lock::Token(57), {}, false}),
            std::string(kStart) + R"("op": "acquire", "args": {"mode": "exclusive", "wait": true}, )"
                                  R"("start": 1200, "end": 9100, "ret": {"granted": true, "token": 57}})");
}

TEST(History, WritesARefusedTryAndACancelledWaitAsNotGranted) {
  const std::string refused = R"("start": 1200, "end": 9100, "ret": {"granted": false}})";
  EXPECT_EQ(line(acquire(false), lock::Held{}),
            kStart + (R"("op": "acquire", "args": {"mode": "exclusive", "wait": false}, )" + refused));
  EXPECT_EQ(
      line(acquire(true, lock::Millis(60'000)), lock::Cancelled{}),
      kStart + (R"("op": "acquire", "args": {"mode": "exclusive", "wait": true, "detached_ms": 60000}, )" +
                refused));
}

TEST(History, WritesAnUnknownOutcomeWithoutAnEnd) {
  EXPECT_EQ(unknown(lock::Operation(lock::Release{"jobs/42", lock::Token(57)})),
            std::string(kStart) + R"("op": "release", "args": {"token": 57}, "start": 1200, "end": null})");
}

TEST(History, AnAcquireWhoseSessionExpiredMayHaveBeenSeenByOthers) {
  const Recorded bound{3, acquire(), 1200, 9100, lock::SessionExpired{}};
  EXPECT_TRUE(is_unknown(bound));
  EXPECT_NE(history_line(bound).value_or("").find(R"("end": null})"), std::string::npos);
  const Recorded detached{3, acquire(true, lock::Millis(500)), 1200, 9100, lock::SessionExpired{}};
  EXPECT_FALSE(is_unknown(detached));
  EXPECT_FALSE(history_line(detached));
}

TEST(History, TellsWhetherAReleaseRenewalOrCheckFoundTheHold) {
  const lock::Operation release = lock::Release{"jobs/42", lock::Token(57)};
  const lock::Operation renew = lock::Renew{"jobs/42", lock::Token(57), lock::Millis(5000)};
  const lock::Query check = lock::CheckHold{"jobs/42", lock::Token(57)};
  const std::string times = R"("start": 1200, "end": 9100, "ret": )";
  const auto with = [&](const char* op, const char* ret) { return kStart + (op + times + ret + "}"); };
  const char* kRelease = R"("op": "release", "args": {"token": 57}, )";
  const char* kRenew = R"("op": "renew", "args": {"token": 57, "ttl_ms": 5000}, )";
  const char* kCheck = R"("op": "check", "args": {"token": 57}, )";
  EXPECT_EQ(line(release, lock::Released{}), with(kRelease, R"({"released": true})"));
  EXPECT_EQ(line(release, lock::NotHeld{}), with(kRelease, R"({"released": false})"));
  EXPECT_EQ(line(renew, lock::Renewed{}), with(kRenew, R"({"held": true})"));
  EXPECT_EQ(line(renew, lock::NotHeld{}), with(kRenew, R"({"held": false})"));
  EXPECT_EQ(line(check, lock::HoldStands{lock::Millis(5)}), with(kCheck, R"({"held": true})"));
  EXPECT_EQ(line(check, lock::NotHeld{}), with(kCheck, R"({"held": false})"));
}

TEST(History, WritesAStatusWithAllThatItNames) {
  lock::SetStatus s{"jobs/42", "done", 0, "v", lock::Token(57), lock::Revision(3), lock::Millis(1000)};
  const std::string begin =
      std::string(kStart) +
      R"("op": "status_set", "args": {"state": "done", "code": 0, "value": "v", "token": 57, )"
      R"("if_revision": 3, "ttl_ms": 1000}, "start": 1200, "end": 9100, "ret": )";
  const Question question = lock::Operation(s);
  EXPECT_EQ(line(question, lock::StatusSet{lock::Revision(9)}), begin + R"({"set": true, "revision": 9}})");
  EXPECT_EQ(line(question, lock::RevisionMismatch{lock::Revision(4)}),
            begin + R"({"set": false, "revision": 4}})");
  EXPECT_EQ(line(question, lock::StaleToken{}), begin + R"({"set": false, "stale_token": true}})");
}

TEST(History, WritesAClearedStatus) {
  const std::string begin = std::string(kStart) + R"("op": "status_clear", "args": {}, )"
                                                  R"("start": 1200, "end": 9100, "ret": )";
  const Question question = lock::Operation(lock::ClearStatus{"jobs/42", std::nullopt});
  EXPECT_EQ(line(question, lock::StatusCleared{true}), begin + R"({"cleared": true}})");
  EXPECT_EQ(line(question, lock::StatusCleared{false}), begin + R"({"cleared": false}})");
  EXPECT_EQ(line(question, lock::RevisionMismatch{lock::Revision(2)}),
            begin + R"({"cleared": false, "revision": 2}})");
}

TEST(History, WritesWhatAReaderOfAStatusSaw) {
  const std::string begin = std::string(kStart) + R"("op": "status_get", "args": {}, )"
                                                  R"("start": 1200, "end": 9100, "ret": )";
  lock::NameView view;
  EXPECT_EQ(line(lock::Query(lock::GetStatus{"jobs/42"}), view),
            begin + R"({"state": null, "holder": null, "holders": []}})");
  view.holders = {holder(57)};
  view.holder_count = 1;
  view.record = record();
  EXPECT_EQ(line(lock::Query(lock::WaitStatus{"jobs/42", std::nullopt}), view),
            begin +
                R"({"state": "done", "revision": 9, "value": "v", "code": -1, "token": 56, "holder": 57, )"
                R"("holders": [57]}})");
}

TEST(History, WritesEveryHolderThatAReaderSawAndHowManyItDidNot) {
  lock::NameView view;
  view.holders = {holder(57), holder(58)};
  view.holder_count = 2;
  const Question question = lock::Query(lock::GetStatus{"jobs/42"});
  EXPECT_NE(line(question, view).find(R"("ret": {"state": null, "holders": [57, 58]}})"), std::string::npos);
  view.holder_count = 5000;
  EXPECT_NE(line(question, view).find(R"("holders": [57, 58], "holder_count": 5000}})"), std::string::npos);
  view.holders.pop_back();
  EXPECT_NE(line(question, view).find(R"("holders": [57], "holder_count": 5000}})"), std::string::npos);
}

TEST(History, WritesTheModeAndThePlaceInLineThatWereAskedFor) {
  lock::Acquire a;
  a.locks = {{"jobs/42", lock::Shared{}}};
  a.max_hold = lock::Millis(900);
  a.lock_delay = lock::Millis(70);
  a.queueing = lock::Priority{-4};
  const std::string end = R"(, "start": 1200, "end": 9100, "ret": {"granted": true, "token": 9}})";
  EXPECT_EQ(line(lock::Operation(a), lock::Granted{lock::Token(9), {}, true}),
            kStart + (R"("op": "acquire", "args": {"mode": "shared", "wait": true, "max_hold_ms": 900, )"
                      R"("lock_delay_ms": 70, "queue": "priority", "level": -4})" +
                      end));
  a = {};
  a.locks = {{"jobs/42", lock::Counted{3}}};
  a.queueing = lock::Barge{};
  EXPECT_EQ(
      line(lock::Operation(a), lock::Granted{lock::Token(9), {}, true}),
      kStart +
          (R"("op": "acquire", "args": {"mode": "counted", "limit": 3, "wait": true, "queue": "barge"})" +
           end));
}

TEST(History, WritesALineForEveryNameOfARequest) {
  lock::Acquire a;
  a.locks = {{"x", {}}, {"y", lock::Shared{}}};
  Recorded recorded{3, lock::Operation(a), 1200, 9100, lock::Granted{lock::Token(9), {}, true}};
  const std::string rest = R"("wait": true}, "group": 12, "start": 1200, "end": 9100, )"
                           R"("ret": {"granted": true, "token": 9}})";
  EXPECT_THAT(history_lines(recorded, 12),
              testing::ElementsAre(
                  R"({"client": 3, "key": "x", "op": "acquire", "args": {"mode": "exclusive", )" + rest,
                  R"({"client": 3, "key": "y", "op": "acquire", "args": {"mode": "shared", )" + rest));
  EXPECT_THROW(history_line(recorded), base::CheckFailed);
  recorded.reply = lock::Refused{"no"};
  EXPECT_TRUE(history_lines(recorded, 12).empty());
}

TEST(History, TellsAGrantThatReentersFromOneThatBegins) {
  lock::Granted g{lock::Token(57), {}, false};
  g.entries = 2;
  EXPECT_NE(line(acquire(), g).find(R"("ret": {"granted": true, "token": 57, "entries": 2}})"),
            std::string::npos);
}

TEST(History, WritesARefusalToWaitAsNotGranted) {
  EXPECT_NE(line(acquire(), lock::Superseded{"x"}).find(R"("ret": {"granted": false, "superseded": true}})"),
            std::string::npos);
  EXPECT_NE(line(acquire(), lock::Deadlock{}).find(R"("ret": {"granted": false, "deadlock": true}})"),
            std::string::npos);
}

TEST(History, WritesWhatWasGivenBackUnderEveryNameOfItsGrant) {
  lock::Acquire a;
  a.locks = {{"x", {}}, {"y", {}}};
  const Recorded taken{3, lock::Operation(a), 1200, std::nullopt, std::nullopt};
  const auto leave = given_back(taken, Undone{lock::Token(9), {}}, 2000);
  const std::string rest = R"("op": "leave", "args": {"token": 9}, "group": 4, "start": 2000, "end": null})";
  EXPECT_THAT(history_lines(leave, 4), testing::ElementsAre(R"({"client": 3, "key": "x", )" + rest,
                                                            R"({"client": 3, "key": "y", )" + rest));
  auto late = leave;
  late.end_ns = 2500;
  late.reply = lock::Released{};
  EXPECT_NE(history_lines(late, 4).at(0).find(R"("end": 2500, "ret": {"left": true})"), std::string::npos);
  late.reply = lock::NotHeld{};
  EXPECT_NE(history_lines(late, 4).at(0).find(R"({"left": false})"), std::string::npos);
  late.left.reset();
  EXPECT_TRUE(history_lines(late, 4).empty());
}

TEST(History, WritesADowngradeAndABreak) {
  const std::string times = R"("start": 1200, "end": 9100, "ret": )";
  const lock::Operation down = lock::Downgrade{"jobs/42", lock::Token(5)};
  const auto asked = [&](const char* op) { return kStart + (R"("op": )" + std::string(op) + ", " + times); };
  EXPECT_EQ(line(down, lock::Downgraded{}),
            asked(R"("downgrade", "args": {"token": 5})") + R"({"downgraded": true}})");
  EXPECT_EQ(line(down, lock::NotHeld{}),
            asked(R"("downgrade", "args": {"token": 5})") + R"({"downgraded": false}})");
  const lock::Operation broken = lock::Break{"jobs/42", lock::Token(5), "stuck", true};
  const auto* kBreak = R"("break", "args": {"token": 5, "now": true})";
  EXPECT_EQ(line(broken, lock::Broken{lock::Millis(30)}),
            asked(kBreak) + R"({"broken": true, "blocked_ms": 30}})");
  EXPECT_EQ(line(broken, lock::NotHeld{}), asked(kBreak) + R"({"broken": false}})");
}

TEST(History, WritesWhatAOnceLedTo) {
  lock::Once once;
  once.name = "jobs/42";
  once.on_fail = lock::OnFail::next;
  once.input = "h";
  const std::string begin =
      kStart + std::string(R"("op": "once", "args": {"keep_ms": 86400000, "attempts": 4, )"
                           R"("on_fail": "next", "input": "h", "wait": true}, )"
                           R"("start": 1200, "end": 9100, "ret": )");
  lock::Granted run{lock::Token(7), {}, true};
  run.attempt = 2;
  EXPECT_EQ(line(lock::Operation(once), run), begin + R"({"run": true, "token": 7, "attempt": 2}})");
  EXPECT_EQ(line(lock::Operation(once), lock::Cancelled{}), begin + R"({"run": false}})");
  lock::OnceEnded ended{"failed", 3, base::Bytes("out"), true, 2, "who", lock::Revision(8)};
  EXPECT_EQ(
      line(lock::Operation(once), ended),
      begin +
          R"({"outcome": "failed", "code": 3, "value": "out", "attempt": 2, "revision": 8, "cut": true}})");
  EXPECT_TRUE(is_unknown({3, lock::Operation(once), 1, 2, lock::SessionExpired{}}));
}

TEST(History, WritesTheEndOfAOnce) {
  const lock::Operation finish = lock::FinishOnce{"jobs/42", lock::Token(7), -1, base::Bytes("out"), true};
  const std::string begin = kStart + std::string(R"("op": "once_finish", "args": {"token": 7, "code": -1, )"
                                                 R"("value": "out", "cut": true}, )"
                                                 R"("start": 1200, "end": 9100, "ret": )");
  EXPECT_EQ(line(finish, lock::OnceFinished{"pending", lock::Revision(4)}),
            begin + R"({"finished": true, "state": "pending", "revision": 4}})");
  EXPECT_EQ(line(finish, lock::StaleToken{}), begin + R"({"finished": false, "stale_token": true}})");
}

TEST(History, EscapesWhatJsonWantsEscaped) {
  lock::SetStatus s;
  s.name = "jobs/42";
  s.state = "x";
  s.value = std::string("a\"b\\c\nd\x01\x7f\xc3\xa9") + '\0';
  EXPECT_NE(
      line(lock::Operation(s), lock::StatusSet{}).find("\"a\\\"b\\\\c\\nd\\u0001\\u007f\xc3\xa9\\u0000\""),
      std::string::npos);
}

TEST(History, IsSilentAboutWhatConstrainsNothing) {
  EXPECT_EQ(line(acquire(), lock::Refused{"no"}), "nothing");
  EXPECT_EQ(line(CloseSession{}, lock::SessionClosed{}), "nothing");
  EXPECT_EQ(line(lock::Query(lock::GetHealth{}), lock::Health{}), "nothing");
  EXPECT_EQ(line(lock::Query(lock::List{}), lock::Listing{}), "nothing");
  EXPECT_EQ(unknown(lock::Query(lock::GetStatus{"a"})), "nothing");
}

TEST(History, SaysFromWhenAHoldMayHaveEndedByItself) {
  EXPECT_EQ(expiry_line(3, "jobs/42", lock::Token(57), 1200),
            std::string(kStart) + R"("op": "expire", "args": {"token": 57}, "start": 1200, "end": null})");
}

}  // namespace
}  // namespace client
