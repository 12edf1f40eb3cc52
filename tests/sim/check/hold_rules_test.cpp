// Each rule of who may hold a name together, enter it again, and keep it: a history that keeps it, and one
// that breaks it.
#include <gtest/gtest.h>

#include "sim/check/check_file.hpp"
#include "tests/sim/check/story.hpp"

namespace check {
namespace {

Acquire shared() {
  Acquire acquire;
  acquire.mode = Mode::shared;
  return acquire;
}
Acquire counted(std::uint64_t limit) {
  Acquire acquire;
  acquire.mode = Mode::counted;
  acquire.limit = limit;
  return acquire;
}

TEST(HoldRules, ReadersHoldTogetherAndKeepWritersOut) {
  EXPECT_TRUE(Story().then(shared(), Granted{1}).then(shared(), Granted{2}).is_linearizable());
  EXPECT_FALSE(Story().then(shared(), Granted{1}).then(Acquire{}, Granted{2}).is_linearizable());
  EXPECT_FALSE(Story().then(Acquire{}, Granted{1}).then(shared(), Granted{2}).is_linearizable());
}

TEST(HoldRules, ASemaphoreHasSoManyHoldersAndNoMore) {
  Story two;
  two.then(counted(2), Granted{1}).then(counted(2), Granted{2});
  EXPECT_TRUE(two.is_linearizable());
  EXPECT_FALSE(two.then(counted(2), Granted{3}).is_linearizable());
  auto not_full = counted(2);
  not_full.wait = false;
  EXPECT_FALSE(Story().then(counted(2), Granted{1}).then(not_full, NotGranted{}).is_linearizable());
}

TEST(HoldRules, AReentryHasTheTokenOfItsHoldAndTheHoldEndsWithItsLastEntry) {
  Story twice;
  twice.then(Acquire{}, Granted{1}).then(Acquire{}, Granted{1, 2}).then(Leave{1}, Stood{true});
  EXPECT_TRUE(Story(twice).then(Leave{1}, Stood{true}).then(Acquire{}, Granted{2}).is_linearizable());
  EXPECT_FALSE(Story(twice).then(Acquire{}, Granted{2}).is_linearizable());
  EXPECT_FALSE(Story().then(Acquire{}, Granted{1}).then(Acquire{}, Granted{2, 2}).is_linearizable());
}

TEST(HoldRules, ADowngradeLetsReadersIn) {
  EXPECT_TRUE(Story()
                  .then(Acquire{}, Granted{1})
                  .then(Downgrade{1}, Stood{true})
                  .then(shared(), Granted{2})
                  .is_linearizable());
}

TEST(HoldRules, ABrokenHoldKeepsItsNameUntilItsClientStopsBelievingOrConfirms) {
  Story broken;
  broken.then(Acquire{}, Granted{1}).then(Break{1, false}, Stood{true});
  EXPECT_FALSE(Story(broken).then(Acquire{}, Granted{2}).is_linearizable());
  EXPECT_TRUE(Story(broken).then(Release{1}, Stood{true}).then(Acquire{}, Granted{2}).is_linearizable());
  EXPECT_TRUE(Story(broken).unknown(Expire{1}).then(Acquire{}, Granted{2}).is_linearizable());
  EXPECT_TRUE(Story()
                  .then(Acquire{}, Granted{1})
                  .then(Break{1, true}, Stood{true})
                  .then(Acquire{}, Granted{2})
                  .is_linearizable());
}

TEST(HoldRules, AHoldStandsForWhoeverStillBelievesInItThoughOthersWhoEnteredItDoNot) {
  const Operation first{1, "k", Acquire{}, 0, 5, Granted{1}};
  const Operation again{2, "k", Acquire{}, 10, 15, Granted{1, 2}};
  const Operation lapse{2, "k", Expire{1}, 20, std::nullopt, std::nullopt};
  const auto is_right = [&](std::int64_t next, Op back) {
    const Operation other{3, "k", Acquire{}, next, next + 5, Granted{2}};
    const Operation given_back{1, "k", std::move(back), 40, 45, Stood{next > 40}};
    const History history{first, again, lapse, other, given_back};
    return std::holds_alternative<Linearizable>(check(history, Model::lock));
  };
  EXPECT_FALSE(is_right(30, Leave{1}));
  EXPECT_FALSE(is_right(30, Release{1}));
  EXPECT_TRUE(is_right(50, Leave{1}));
  EXPECT_TRUE(is_right(50, Release{1}));
}

TEST(HoldRules, AHoldStandsForWhoeverEnteredItAgainWhateverItGaveBackBefore) {
  const Operation first{1, "k", Acquire{}, 0, 5, Granted{1}};
  const Operation again{2, "k", Acquire{}, 20, 25, Granted{1, 2}};
  const Operation left{2, "k", Leave{1}, 40, 45, Stood{true}};
  const Operation once_more{2, "k", Acquire{}, 90, 95, Granted{1, 2}};
  const Operation lapse{1, "k", Expire{1}, 100, std::nullopt, std::nullopt};
  const auto is_right = [&](std::int64_t next) {
    const Operation other{3, "k", Acquire{}, next, next + 5, Granted{2}};
    const Operation given_back{2, "k", Leave{1}, 260, 265, Stood{next > 260}};
    const History history{first, again, left, once_more, lapse, other, given_back};
    return std::holds_alternative<Linearizable>(check(history, Model::lock));
  };
  EXPECT_FALSE(is_right(150));
  EXPECT_TRUE(is_right(270));
}

TEST(HoldRules, AnEntryThatNobodyWasToldOfMayEndAtAnyTime) {
  const Story entered = Story().then(Acquire{}, Granted{1}).unknown(Acquire{}).then(Acquire{}, Granted{1, 3});
  EXPECT_TRUE(Story(entered)
                  .then(Leave{1}, Stood{true})
                  .then(Leave{1}, Stood{true})
                  .then(Acquire{}, Granted{2})
                  .is_linearizable());
  EXPECT_FALSE(Story(entered).then(Leave{1}, Stood{true}).then(Acquire{}, Granted{2}).is_linearizable());
  EXPECT_TRUE(Story(entered).then(Acquire{}, Granted{1, 3}).is_linearizable());
  EXPECT_FALSE(Story(entered).then(Acquire{}, Granted{1, 2}).is_linearizable());
}

TEST(HoldRules, NobodyGetsTheNameWithinTheLockDelay) {
  Acquire delayed;
  delayed.lock_delay_ms = 10;
  constexpr std::int64_t ms = 1'000'000;
  const auto story = [&](std::int64_t at) {
    return Story()
        .then(delayed, Granted{1})
        .unknown(Expire{1})
        .at(at, at + 10, Acquire{}, Granted{2})
        .is_linearizable();
  };
  EXPECT_FALSE(story(9 * ms));
  EXPECT_TRUE(story(11 * ms));
}

TEST(HoldRules, ARequestForSeveralNamesHasOneTokenAndARelease) {
  const Operation a{1, "a", Acquire{}, 0, 5, Granted{1}, 1};
  const Operation b{1, "b", Acquire{}, 0, 5, Granted{1}, 1};
  const Operation release{1, "a", Release{1}, 10, 15, Stood{true}};
  const Operation next{2, "b", Acquire{}, 20, 25, Granted{2}};
  const auto judged = [](const History& history) {
    const auto report = check_history(history, Model::lock);
    return report.ok() && report.value().answer == Answer::pass;
  };
  EXPECT_TRUE(judged({a, b, release, next}));
  EXPECT_FALSE(judged({a, b, next}));
  Operation stranger = b;
  stranger.client = 2;
  EXPECT_FALSE(judged({a, stranger}));
}

}  // namespace
}  // namespace check
