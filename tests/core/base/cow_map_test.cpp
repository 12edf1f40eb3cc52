#include "core/base/cow_map.hpp"

#include <gtest/gtest.h>
#include <map>
#include <rapidcheck/gtest.h>
#include <string>

namespace base {
namespace {

// So small that a few dozen elements make three levels.
using Small = CowMap<int, std::string, 4, 4>;
using Model = std::map<int, std::string>;

void assert_same(const Small& map, const Model& model) {
  map.check();
  RC_ASSERT(map.size() == model.size());
  RC_ASSERT(map.empty() == model.empty());
  auto expected = model.begin();
  for (const auto& [key, value] : map) {
    RC_ASSERT(expected != model.end());
    RC_ASSERT(key == expected->first);
    RC_ASSERT(value == expected->second);
    ++expected;
  }
  RC_ASSERT(expected == model.end());
}

void assert_finds(const Small& map, const Model& model, int key) {
  const auto same = [&](Small::const_iterator a, Model::const_iterator b) {
    RC_ASSERT((a == map.end()) == (b == model.end()));
    if (b != model.end()) RC_ASSERT(a->first == b->first && a->second == b->second);
  };
  same(map.find(key), model.find(key));
  same(map.lower_bound(key), model.lower_bound(key));
  same(map.upper_bound(key), model.upper_bound(key));
  RC_ASSERT(map.contains(key) == model.contains(key));
}

struct Pair {
  Small map;
  Model model;
};

void change(Pair& pair, int what, int key, const std::string& value) {
  auto& [map, model] = pair;
  switch (what % 4) {
    case 0: {
      const auto [at, is_new] = map.try_emplace(key, value);
      RC_ASSERT(is_new == model.try_emplace(key, value).second);
      RC_ASSERT(at->first == key && at->second == model.at(key));
      return;
    }
    case 1:
      RC_ASSERT(map.erase(key) == model.erase(key));
      return;
    case 2:
      if (!model.contains(key)) return;
      map.edit(key) += value;
      model.at(key) += value;
      return;
    default:
      // The next one, by iterator.
      if (const auto at = model.lower_bound(key); at != model.end()) {
        map.erase(map.lower_bound(key));
        model.erase(at);
      }
  }
}

RC_GTEST_PROP(CowMap, BehavesAsAnOrderedMapAndItsCopiesStayAsTheyWere, (bool mostly_grows)) {
  std::vector<Pair> pairs(1);
  const auto steps = *rc::gen::inRange(0, 400);
  for (int i = 0; i < steps; ++i) {
    auto& pair = pairs[*rc::gen::inRange<std::size_t>(0, pairs.size())];
    const int what = *rc::gen::inRange(0, 8);
    // Rising runs too, as ids and stamps come.
    const int key = *rc::gen::oneOf(rc::gen::inRange(0, 200), rc::gen::just(i + 200));
    if (what == 7 && pairs.size() < 4) {
      pairs.push_back(Pair(pair));
    } else {
      change(pair, mostly_grows && what > 3 ? 0 : what, key, std::to_string(i));
      assert_finds(pair.map, pair.model, key);
    }
    for (const auto& [map, model] : pairs) RC_ASSERT(map.size() == model.size());
  }
  for (const auto& [map, model] : pairs) assert_same(map, model);
}

RC_GTEST_PROP(CowMap, StaysSoundWhenItEmptiesInAnyOrder, ()) {
  Small map;
  Model model;
  for (const int key : *rc::gen::container<std::vector<int>>(120, rc::gen::inRange(0, 500))) {
    map.try_emplace(key, "x");
    model.try_emplace(key, "x");
  }
  const Small before = map;
  const Model model_before = model;
  while (!model.empty()) {
    const auto at = model.lower_bound(*rc::gen::inRange(0, 500));
    const int key = at == model.end() ? model.begin()->first : at->first;
    RC_ASSERT(map.erase(key) == 1u);
    model.erase(key);
    assert_same(map, model);
  }
  map.try_emplace(7, "again");
  assert_same(map, {{7, "again"}});
  assert_same(before, model_before);
}

TEST(CowMap, IsEmptyFirst) {
  const Small map;
  EXPECT_EQ(map.begin(), map.end());
  EXPECT_EQ(map.find(1), map.end());
  EXPECT_EQ(map.lower_bound(1), map.end());
  EXPECT_THROW(map.at(1), CheckFailed);
}

TEST(CowMap, ClonesTheLeafThatIsChangedAndNoOther) {
  CowMap<int, int> map;
  for (int i = 0; i < 10'000; ++i) map.try_emplace(i, i);
  const auto copy = map;
  map.edit(5'000) = -1;
  int apart = 0;
  for (int i = 0; i < 10'000; ++i) apart += &map.at(i) == &copy.at(i) ? 0 : 1;
  EXPECT_EQ(apart, 32);
  EXPECT_EQ(copy.at(5'000), 5'000);
}

TEST(CowMap, FillsItsLeavesFromRisingKeys) {
  CowMap<int, int> rising;
  for (int i = 0; i < 3'200; ++i) rising.try_emplace(i, i);
  auto copy = rising;
  copy.edit(3'199) = 0;
  int apart = 0;
  for (int i = 0; i < 3'200; ++i) apart += &rising.at(i) == &copy.at(i) ? 0 : 1;
  EXPECT_EQ(apart, 32);
}

TEST(CowMap, IsEmptyOnceMovedFrom) {
  Small map;
  map.try_emplace(1, "a");
  const Small moved = std::move(map);
  EXPECT_EQ(moved.at(1), "a");
  EXPECT_TRUE(map.empty());
  map.try_emplace(2, "b");
  map.check();
  EXPECT_EQ(map.size(), 1u);
}

TEST(CowMap, ShedsItsElementsInPortionsAndLeavesACopyAlone) {
  CowMap<int, int> map;
  for (int i = 0; i < 10'000; ++i) map.try_emplace(i, i);
  auto copy = map;
  for (int i = 0; i < 10'000; i += 2) map.edit(i) = 0;
  int calls = 0;
  for (bool gone = false; !gone; ++calls) {
    std::size_t budget = 100;
    gone = map.shed(budget);
    EXPECT_TRUE(gone || budget == 0);
  }
  EXPECT_GE(calls, 100);
  EXPECT_LE(calls, 110);
  EXPECT_EQ(map.begin(), map.end());
  copy.check();
  EXPECT_EQ(copy.size(), 10'000u);
}

TEST(CowMap, ShedsTheMapsWithinItsValuesByTheSameBudget) {
  CowMap<int, CowMap<int, int>> map;
  for (int i = 0; i < 10; ++i) {
    for (int j = 0; j < 1'000; ++j) {
      map.try_emplace(i);
      map.edit(i).try_emplace(j, j);
    }
  }
  int calls = 0;
  for (bool gone = false; !gone; ++calls) {
    std::size_t budget = 100;
    gone = map.shed(budget);
  }
  EXPECT_GE(calls, 100);
  EXPECT_LE(calls, 110);
}

}  // namespace
}  // namespace base
