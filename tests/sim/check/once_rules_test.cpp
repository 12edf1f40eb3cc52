// Each rule of a Once: a history that keeps it, and one that breaks it.
#include <gtest/gtest.h>

#include "tests/sim/check/story.hpp"

namespace check {
namespace {

constexpr std::int64_t ms = 1'000'000;

Once once(std::uint64_t attempts = 2, bool replay = true) {
  return {10, attempts, replay, "", true};
}
Outcome done(std::uint64_t attempt = 1, std::string value = "x") {
  return {"done", 0, std::move(value), attempt, 7, false};
}

TEST(OnceRules, OneRunsAtATime) {
  EXPECT_TRUE(Story()
                  .then(once(), check::Run{1, 1})
                  .unknown(Expire{1})
                  .then(once(), check::Run{2, 2})
                  .is_linearizable());
  EXPECT_FALSE(Story().then(once(), check::Run{1, 1}).then(once(), check::Run{2, 2}).is_linearizable());
}

TEST(OnceRules, AttemptsAndTokensRise) {
  EXPECT_FALSE(Story()
                   .then(once(), check::Run{1, 1})
                   .unknown(Expire{1})
                   .then(once(), check::Run{2, 1})
                   .is_linearizable());
  EXPECT_FALSE(Story()
                   .then(once(), check::Run{2, 1})
                   .unknown(Expire{2})
                   .then(once(), check::Run{1, 2})
                   .is_linearizable());
}

TEST(OnceRules, EverybodyIsToldWhatTheRunnerLeft) {
  Story ran;
  ran.then(once(), check::Run{1, 1}).then(OnceFinish{1, 0, "x", false}, Finished{"done", 7});
  EXPECT_TRUE(Story(ran).then(once(), done()).then(once(), done()).is_linearizable());
  EXPECT_FALSE(Story(ran).then(once(), done(1, "y")).is_linearizable());
  EXPECT_FALSE(Story(ran).then(once(), done(2)).is_linearizable());
  EXPECT_FALSE(Story(ran).then(once(), check::Run{2, 1}).is_linearizable());
}

TEST(OnceRules, AnOutcomeIsKeptFromItsEndOn) {
  Story ran;
  ran.then(once(), check::Run{1, 1}).later(9 * ms).then(OnceFinish{1, 0, "x", false}, Finished{"done", 7});
  EXPECT_FALSE(Story(ran).later(5 * ms).then(once(), check::Run{2, 1}).is_linearizable());
  EXPECT_TRUE(Story(ran).later(10 * ms).then(once(), check::Run{2, 1}).is_linearizable());
}

TEST(OnceRules, AFailureIsReplayedOrRunAgain) {
  const OnceFinish failure{1, 3, "x", false};
  EXPECT_TRUE(Story().then(once(), check::Run{1, 1}).then(failure, Finished{"failed", 7}).is_linearizable());
  EXPECT_FALSE(
      Story().then(once(), check::Run{1, 1}).then(failure, Finished{"pending", 7}).is_linearizable());
  Story next;
  next.then(once(2, false), check::Run{1, 1}).then(failure, Finished{"pending", 7});
  next.then(once(2, false), check::Run{2, 2});
  EXPECT_TRUE(next.is_linearizable());
  EXPECT_TRUE(Story(next).then(OnceFinish{2, 3, "", false}, Finished{"failed", 8}).is_linearizable());
  EXPECT_FALSE(Story(next).then(OnceFinish{2, 3, "", false}, Finished{"pending", 8}).is_linearizable());
}

TEST(OnceRules, AResultOfARunThatIsOverIsRefused) {
  Story over;
  over.then(once(), check::Run{1, 1}).unknown(Expire{1}).then(once(), check::Run{2, 2});
  EXPECT_TRUE(Story(over).then(OnceFinish{1, 0, "x", false}, StaleToken{}).is_linearizable());
  EXPECT_FALSE(Story(over).then(OnceFinish{1, 0, "x", false}, Finished{"done", 7}).is_linearizable());
  EXPECT_FALSE(Story()
                   .then(once(), check::Run{1, 1})
                   .then(OnceFinish{1, 0, "x", false}, StaleToken{})
                   .is_linearizable());
}

TEST(OnceRules, ItIsLostWhenAllAttemptsAreUsedUp) {
  const Outcome lost{"lost", 0, "", 1, 7, false};
  EXPECT_TRUE(
      Story().then(once(1), check::Run{1, 1}).unknown(Expire{1}).then(once(1), lost).is_linearizable());
  EXPECT_FALSE(
      Story().then(once(2), check::Run{1, 1}).unknown(Expire{1}).then(once(2), lost).is_linearizable());
}

}  // namespace
}  // namespace check
