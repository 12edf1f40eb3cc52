// Each rule of the lock and its record: a history that keeps it, and one that breaks it.
#include <gtest/gtest.h>

#include "sim/check/check_file.hpp"
#include "tests/sim/check/story.hpp"

namespace check {
namespace {

StatusSet set(std::string state) {
  return {std::move(state), std::nullopt, "", std::nullopt, std::nullopt, 1'000'000};
}
StatusSet set_by(std::string state, Token token) {
  return {std::move(state), std::nullopt, "", token, std::nullopt, 1'000'000};
}
StatusSet set_if(std::string state, Revision revision) {
  return {std::move(state), std::nullopt, "", std::nullopt, revision, 1'000'000};
}
StatusSeen nothing() {
  return {};
}
StatusSeen held_by(Token token) {
  return {std::nullopt, {token}, false};
}
StatusSeen record(std::string state, Revision revision, std::optional<Token> writer = std::nullopt) {
  return {RecordSeen{std::move(state), std::nullopt, "", revision, writer}, {}, false};
}

TEST(LockRules, AHoldExcludesTheNextUntilItIsReleased) {
  EXPECT_TRUE(Story()
                  .then(Acquire{}, Granted{1})
                  .then(Release{1}, Stood{true})
                  .then(Acquire{}, Granted{2})
                  .is_linearizable());
  EXPECT_FALSE(Story().then(Acquire{}, Granted{1}).then(Acquire{}, Granted{2}).is_linearizable());
}

TEST(LockRules, AHoldMayEndByItselfOnceItsClientStoppedBelievingInIt) {
  EXPECT_TRUE(
      Story().then(Acquire{}, Granted{1}).unknown(Expire{1}).then(Acquire{}, Granted{2}).is_linearizable());
  EXPECT_FALSE(
      Story().then(Acquire{}, Granted{1}).then(Acquire{}, Granted{2}).unknown(Expire{1}).is_linearizable());
  EXPECT_FALSE(
      Story().then(Acquire{}, Granted{1}).unknown(Expire{2}).then(Acquire{}, Granted{2}).is_linearizable());
}

TEST(LockRules, TokensRise) {
  EXPECT_FALSE(Story()
                   .then(Acquire{}, Granted{2})
                   .then(Release{2}, Stood{true})
                   .then(Acquire{}, Granted{1})
                   .is_linearizable());
  EXPECT_FALSE(Story()
                   .then(Acquire{}, Granted{2})
                   .then(Release{2}, Stood{true})
                   .then(Acquire{}, Granted{2})
                   .is_linearizable());
}

TEST(LockRules, ARefusalNeedsAHolder) {
  EXPECT_TRUE(Story().then(Acquire{}, Granted{1}).then(Acquire{false, {}}, NotGranted{}).is_linearizable());
  EXPECT_FALSE(Story().then(Acquire{false, {}}, NotGranted{}).is_linearizable());
}

TEST(LockRules, GivingUpWaitingSaysNothing) {
  EXPECT_TRUE(Story().then(Acquire{true, {}}, NotGranted{}).is_linearizable());
}

TEST(LockRules, AReleaseEndsOnlyWhatStands) {
  EXPECT_FALSE(Story().then(Release{1}, Stood{true}).is_linearizable());
  EXPECT_TRUE(Story().then(Release{1}, Stood{false}).is_linearizable());
  EXPECT_FALSE(Story().then(Acquire{}, Granted{1}).then(Release{1}, Stood{false}).is_linearizable());
  EXPECT_FALSE(Story()
                   .then(Acquire{}, Granted{1})
                   .then(Release{1}, Stood{true})
                   .then(Release{1}, Stood{true})
                   .is_linearizable());
}

TEST(LockRules, AskingForAHoldTellsTheTruth) {
  EXPECT_TRUE(Story()
                  .then(Acquire{}, Granted{1})
                  .then(CheckHold{1}, Stood{true})
                  .then(Renew{1, 9}, Stood{true})
                  .is_linearizable());
  EXPECT_FALSE(Story().then(Acquire{}, Granted{1}).then(CheckHold{1}, Stood{false}).is_linearizable());
  EXPECT_FALSE(Story().then(CheckHold{1}, Stood{true}).is_linearizable());
  EXPECT_FALSE(Story()
                   .then(Acquire{}, Granted{1})
                   .unknown(Expire{1})
                   .then(CheckHold{1}, Stood{false})
                   .then(Renew{1, 9}, Stood{true})
                   .is_linearizable());
}

TEST(LockRules, AnAcquireOfUnknownOutcomeMayHoldAndLapse) {
  EXPECT_TRUE(
      Story().unknown(Acquire{}).then(StatusGet{}, held_by(5)).then(Acquire{}, Granted{6}).is_linearizable());
  EXPECT_FALSE(
      Story().unknown(Acquire{}).then(StatusGet{}, held_by(5)).then(Acquire{}, Granted{4}).is_linearizable());
  EXPECT_FALSE(Story().then(StatusGet{}, held_by(5)).unknown(Acquire{}).is_linearizable());
  EXPECT_TRUE(Story().unknown(Acquire{}).then(Acquire{false, {}}, NotGranted{}).is_linearizable());
  EXPECT_FALSE(Story()
                   .then(Acquire{}, Granted{5})
                   .then(Release{5}, Stood{true})
                   .unknown(Acquire{})
                   .then(Acquire{false, {}}, NotGranted{})
                   .then(Acquire{}, Granted{6})
                   .is_linearizable())
      << "no token is left between 5 and 6";
}

TEST(LockRules, AWriteThatNamesATokenNeedsThatHold) {
  EXPECT_TRUE(
      Story().then(Acquire{}, Granted{1}).then(set_by("done", 1), StatusWritten{1}).is_linearizable());
  EXPECT_FALSE(Story().then(set_by("done", 1), StatusWritten{1}).is_linearizable());
  EXPECT_TRUE(Story().then(set_by("done", 1), StaleToken{}).is_linearizable());
  EXPECT_FALSE(Story().then(Acquire{}, Granted{1}).then(set_by("done", 1), StaleToken{}).is_linearizable());
}

TEST(LockRules, RevisionsRise) {
  EXPECT_TRUE(Story().then(set("a"), StatusWritten{1}).then(set("b"), StatusWritten{3}).is_linearizable());
  EXPECT_FALSE(Story().then(set("a"), StatusWritten{3}).then(set("b"), StatusWritten{3}).is_linearizable());
}

TEST(LockRules, AReaderSeesTheLastWrite) {
  EXPECT_TRUE(Story().then(set("a"), StatusWritten{1}).then(StatusGet{}, record("a", 1)).is_linearizable());
  EXPECT_FALSE(Story().then(set("a"), StatusWritten{1}).then(StatusGet{}, nothing()).is_linearizable());
  EXPECT_FALSE(Story().then(set("a"), StatusWritten{1}).then(StatusGet{}, record("b", 1)).is_linearizable());
  EXPECT_FALSE(Story()
                   .then(set("a"), StatusWritten{1})
                   .then(set("b"), StatusWritten{2})
                   .then(StatusGet{}, record("a", 1))
                   .is_linearizable());
}

TEST(LockRules, AWriteOnConditionNeedsThatRevision) {
  EXPECT_TRUE(Story()
                  .then(set_if("a", 0), StatusWritten{1})
                  .then(set_if("b", 1), StatusWritten{2})
                  .is_linearizable());
  EXPECT_FALSE(
      Story().then(set("a"), StatusWritten{1}).then(set_if("b", 0), StatusWritten{2}).is_linearizable());
  EXPECT_TRUE(
      Story().then(set("a"), StatusWritten{1}).then(set_if("b", 7), RevisionDiffers{1}).is_linearizable());
  EXPECT_FALSE(
      Story().then(set("a"), StatusWritten{1}).then(set_if("b", 1), RevisionDiffers{1}).is_linearizable());
  EXPECT_FALSE(Story().then(set_if("b", 7), RevisionDiffers{1}).is_linearizable());
}

TEST(LockRules, ARevisionOfUnknownOutcomeIsLearntByReading) {
  EXPECT_TRUE(Story()
                  .unknown(set("a"))
                  .then(StatusGet{}, record("a", 9))
                  .then(set_if("b", 9), StatusWritten{10})
                  .is_linearizable());
  EXPECT_FALSE(Story()
                   .unknown(set("a"))
                   .then(StatusGet{}, record("a", 9))
                   .then(StatusGet{}, record("a", 8))
                   .is_linearizable());
  EXPECT_FALSE(Story().unknown(set("a")).then(StatusGet{}, record("b", 9)).is_linearizable());
  EXPECT_FALSE(Story()
                   .unknown(set("a"))
                   .then(StatusGet{}, record("a", 9))
                   .then(set("b"), StatusWritten{9})
                   .is_linearizable());
}

TEST(LockRules, ClearingTakesTheRecordAway) {
  EXPECT_TRUE(Story()
                  .then(set("a"), StatusWritten{1})
                  .then(StatusClear{}, Cleared{true})
                  .then(StatusGet{}, nothing())
                  .is_linearizable());
  EXPECT_FALSE(Story().then(StatusClear{}, Cleared{true}).is_linearizable());
  EXPECT_FALSE(
      Story().then(set("a"), StatusWritten{1}).then(StatusClear{}, Cleared{false}).is_linearizable());
  EXPECT_FALSE(
      Story().then(set("a"), StatusWritten{1}).then(StatusClear{1}, RevisionDiffers{1}).is_linearizable());
}

TEST(LockRules, ARecordMayBeGoneAfterItsTimeAndNotBefore) {
  const auto ms = [](std::int64_t v) { return v * 1'000'000; };
  StatusSet brief = set("a");
  brief.ttl_ms = 100;
  EXPECT_FALSE(
      Story().at(0, 5, brief, StatusWritten{1}).at(ms(90), ms(91), StatusGet{}, nothing()).is_linearizable());
  EXPECT_TRUE(Story()
                  .at(0, 5, brief, StatusWritten{1})
                  .at(ms(101), ms(102), StatusGet{}, nothing())
                  .is_linearizable());
  EXPECT_TRUE(Story()
                  .at(0, 5, brief, StatusWritten{1})
                  .at(ms(101), ms(102), StatusGet{}, record("a", 1))
                  .is_linearizable());
}

TEST(LockRules, OperationsThatTouchAreConcurrentUnlessOneClientDidBoth) {
  History history{{1, "k", Acquire{}, 0, 10, Granted{1}}, {2, "k", CheckHold{1}, 10, 20, Stood{false}}};
  EXPECT_TRUE(std::holds_alternative<Linearizable>(check(history, Model::lock)));
  history[1].client = 1;
  EXPECT_TRUE(std::holds_alternative<NotLinearizable>(check(history, Model::lock)));
}

TEST(LockRules, KeysAreJudgedApart) {
  History history{{1, "a", Acquire{}, 0, 10, Granted{1}}, {2, "b", Acquire{}, 20, 30, Granted{2}}};
  EXPECT_TRUE(std::holds_alternative<Linearizable>(check(history, Model::lock)));
  history[1].key = "a";
  EXPECT_TRUE(std::holds_alternative<NotLinearizable>(check(history, Model::lock)));
}

TEST(CounterExample, NamesTheTwoGrantsAmongManyOperations) {
  Story story;
  for (Token token = 1; token <= 40; ++token) {
    story.then(Acquire{}, Granted{token}).then(set_by("done", token), StatusWritten{token});
    if (token != 30) story.then(Release{token}, Stood{true});
  }
  const auto verdict = check(story.history(), Model::lock);
  const auto* found = std::get_if<NotLinearizable>(&verdict);
  ASSERT_NE(found, nullptr);
  ASSERT_EQ(found->core.size(), 2u) << found->drawing;
  EXPECT_EQ(found->core[0].ret, Ret(Granted{30}));
  EXPECT_EQ(found->core[1].ret, Ret(Granted{31}));
  EXPECT_EQ(found->drawing,
            "client 88  [acquire: token 30]\n"
            "client 90                      [acquire: token 31]\n");
  EXPECT_NE(found->why.find("client 90's acquire returned \"token 31\""), std::string::npos) << found->why;
}

TEST(LockRules, ACounterExampleBlamesTheHoldThatNobodyEndedNotWhatReturnedLater) {
  // 10 waits all along, and gets the name once 9 has released it: nothing is wrong with these two.
  const auto story = Story()
                         .at(0, 5, Acquire{}, Granted{1})
                         .at(20, 90, Acquire{}, Granted{10})
                         .at(30, 40, Acquire{}, Granted{9})
                         .at(50, 60, Release{9}, Stood{true});
  const auto verdict = check(story.history(), Model::lock);
  const auto* found = std::get_if<NotLinearizable>(&verdict);
  ASSERT_NE(found, nullptr);
  ASSERT_EQ(found->core.size(), 2u) << found->drawing;
  EXPECT_EQ(found->core[0].ret, Ret(Granted{1}));
  EXPECT_EQ(found->core[1].ret, Ret(Granted{9}));
}

TEST(Budget, EndsInNoVerdictRatherThanInAWrongOne) {
  Story story;
  for (Token token = 1; token <= 40; ++token)
    story.at(0, 1000, Acquire{}, Granted{token}).at(0, 1000, Release{token}, Stood{true});
  EXPECT_TRUE(std::holds_alternative<Undecided>(check(story.history(), Model::lock, {3, 1u << 30})));
}

TEST(Tokens, AreGrantedOnceAcrossKeys) {
  const History history{{1, "a", Acquire{}, 0, 10, Granted{1}}, {2, "b", Acquire{}, 20, 30, Granted{1}}};
  const auto found = check_tokens(history);
  ASSERT_TRUE(found.has_value());
  EXPECT_NE(found->why.find("token 1 was granted twice"), std::string::npos);
}

TEST(Tokens, FollowTheOrderOfGrantsAcrossKeys) {
  History history{{1, "a", Acquire{}, 0, 10, Granted{2}}, {2, "b", Acquire{}, 20, 30, Granted{1}}};
  EXPECT_TRUE(check_tokens(history).has_value());
  history[1].start = 5;
  EXPECT_FALSE(check_tokens(history).has_value()) << "concurrent";
}

TEST(LockRules, WhoeverStoodInTheQueueGoesFirst) {
  Operation early{1, "k", Acquire{}, 0, 50, Granted{2}};
  early.queued = 5;
  const Operation late{2, "k", Acquire{}, 10, 40, Granted{1}};
  const Operation release{2, "k", Release{1}, 41, 45, Stood{true}};
  const auto fails = [](const History& history) {
    const auto report = check_history(history, Model::lock);
    return report.ok() && report.value().check == "queues";
  };
  EXPECT_TRUE(fails({early, late, release}));
  Operation barges = late;
  std::get<Acquire>(barges.op).queue = "barge";
  EXPECT_FALSE(fails({early, barges, release}));
}

}  // namespace
}  // namespace check
