// Each rule of a Once: a history that keeps it, and one that breaks it.
#include <gtest/gtest.h>

#include "sim/check/linearizability.hpp"

namespace check {
namespace {

constexpr std::int64_t ms = 1'000'000;

// One operation after the other, each of another client.
class Story {
 public:
  Story& then(Op op, Ret ret) {
    const auto start = next_;
    next_ += 10;
    history_.push_back({++client_, "k", std::move(op), start, start + 5, std::move(ret)});
    return *this;
  }
  Story& unknown(Op op) {
    history_.push_back({++client_, "k", std::move(op), next_, std::nullopt, std::nullopt});
    next_ += 10;
    return *this;
  }
  Story& later(std::int64_t ns) {
    next_ += ns;
    return *this;
  }
  bool is_right() const { return std::holds_alternative<Linearizable>(check(history_, Model::lock)); }

 private:
  History history_;
  std::uint64_t client_ = 0;
  std::int64_t next_ = 0;
};

Once once(std::uint64_t attempts = 2, bool replay = true) {
  return {10, attempts, replay, "", true};
}
Outcome done(std::uint64_t attempt = 1, std::string value = "x") {
  return {"done", 0, std::move(value), attempt, 7, false};
}

TEST(OnceRules, OneRunsAtATime) {
  EXPECT_TRUE(
      Story().then(once(), check::Run{1, 1}).unknown(Expire{1}).then(once(), check::Run{2, 2}).is_right());
  EXPECT_FALSE(Story().then(once(), check::Run{1, 1}).then(once(), check::Run{2, 2}).is_right());
}

TEST(OnceRules, AttemptsAndTokensRise) {
  EXPECT_FALSE(
      Story().then(once(), check::Run{1, 1}).unknown(Expire{1}).then(once(), check::Run{2, 1}).is_right());
  EXPECT_FALSE(
      Story().then(once(), check::Run{2, 1}).unknown(Expire{2}).then(once(), check::Run{1, 2}).is_right());
}

TEST(OnceRules, EverybodyIsToldWhatTheRunnerLeft) {
  Story ran;
  ran.then(once(), check::Run{1, 1}).then(OnceFinish{1, 0, "x", false}, Finished{"done", 7});
  EXPECT_TRUE(Story(ran).then(once(), done()).then(once(), done()).is_right());
  EXPECT_FALSE(Story(ran).then(once(), done(1, "y")).is_right());
  EXPECT_FALSE(Story(ran).then(once(), done(2)).is_right());
  EXPECT_FALSE(Story(ran).then(once(), check::Run{2, 1}).is_right());
}

TEST(OnceRules, AnOutcomeIsKeptFromItsEndOn) {
  Story ran;
  ran.then(once(), check::Run{1, 1}).later(9 * ms).then(OnceFinish{1, 0, "x", false}, Finished{"done", 7});
  EXPECT_FALSE(Story(ran).later(5 * ms).then(once(), check::Run{2, 1}).is_right());
  EXPECT_TRUE(Story(ran).later(10 * ms).then(once(), check::Run{2, 1}).is_right());
}

TEST(OnceRules, AFailureIsReplayedOrRunAgain) {
  const OnceFinish failure{1, 3, "x", false};
  EXPECT_TRUE(Story().then(once(), check::Run{1, 1}).then(failure, Finished{"failed", 7}).is_right());
  EXPECT_FALSE(Story().then(once(), check::Run{1, 1}).then(failure, Finished{"pending", 7}).is_right());
  Story next;
  next.then(once(2, false), check::Run{1, 1}).then(failure, Finished{"pending", 7});
  next.then(once(2, false), check::Run{2, 2});
  EXPECT_TRUE(next.is_right());
  EXPECT_TRUE(Story(next).then(OnceFinish{2, 3, "", false}, Finished{"failed", 8}).is_right());
  EXPECT_FALSE(Story(next).then(OnceFinish{2, 3, "", false}, Finished{"pending", 8}).is_right());
}

TEST(OnceRules, AResultOfARunThatIsOverIsRefused) {
  Story over;
  over.then(once(), check::Run{1, 1}).unknown(Expire{1}).then(once(), check::Run{2, 2});
  EXPECT_TRUE(Story(over).then(OnceFinish{1, 0, "x", false}, StaleToken{}).is_right());
  EXPECT_FALSE(Story(over).then(OnceFinish{1, 0, "x", false}, Finished{"done", 7}).is_right());
  EXPECT_FALSE(
      Story().then(once(), check::Run{1, 1}).then(OnceFinish{1, 0, "x", false}, StaleToken{}).is_right());
}

TEST(OnceRules, ItIsLostWhenAllAttemptsAreUsedUp) {
  const Outcome lost{"lost", 0, "", 1, 7, false};
  EXPECT_TRUE(Story().then(once(1), check::Run{1, 1}).unknown(Expire{1}).then(once(1), lost).is_right());
  EXPECT_FALSE(Story().then(once(2), check::Run{1, 1}).unknown(Expire{1}).then(once(2), lost).is_right());
}

}  // namespace
}  // namespace check
