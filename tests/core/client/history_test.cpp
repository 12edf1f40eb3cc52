#include "core/client/history.hpp"

#include <gtest/gtest.h>

namespace client {
namespace {

std::string line(Question question, lock::Reply reply) {
  return history_line(Recorded{3, std::move(question), 1200, 9100, std::move(reply)}).value_or("nothing");
}
std::string unknown(Question question) {
  return history_line(Recorded{3, std::move(question), 1200, std::nullopt, std::nullopt}).value_or("nothing");
}
lock::Operation acquire(bool wait = true, std::optional<lock::Millis> detached = {}) {
  return lock::Acquire{"jobs/42", wait, detached, {}};
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
            begin + R"({"state": null, "holder": null}})");
  view.holder = lock::Holder{lock::Token(57), {}, {}, false, {}, {}};
  view.record = lock::Record{"done", -1, "v", {}, lock::Token(56), 1, lock::Revision(9), {}, {}};
  EXPECT_EQ(
      line(lock::Query(lock::WaitStatus{"jobs/42", std::nullopt}), view),
      begin + R"({"state": "done", "revision": 9, "value": "v", "code": -1, "token": 56, "holder": 57}})");
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
