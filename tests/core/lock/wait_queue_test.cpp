#include "core/lock/wait_queue.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/base/check.hpp"

namespace lock {
namespace {

WaitQueue::Waiter waiter_at(std::int32_t level, std::uint64_t arrival, Mode mode = Exclusive{},
                            bool once = false) {
  return {{level, arrival}, SessionId(10 + arrival), Sequence(1), SessionId(10 + arrival), mode, false, once};
}

TEST(WaitQueue, PutsHigherLevelsFirstAndThenWhoCameFirst) {
  WaitQueue queue;
  for (std::uint64_t i = 1; i <= 3; ++i) EXPECT_TRUE(queue.insert(waiter_at(0, i)));
  EXPECT_TRUE(queue.insert(waiter_at(5, 4)));
  EXPECT_TRUE(queue.insert(waiter_at(-1, 5)));
  EXPECT_TRUE(queue.insert(waiter_at(5, 6)));
  std::vector<std::uint64_t> arrivals;
  for (const auto& waiter : queue) arrivals.push_back(waiter.place.arrival);
  EXPECT_EQ(arrivals, (std::vector<std::uint64_t>{4, 6, 1, 2, 3, 5}));
}

TEST(WaitQueue, HasOneInAPlaceAndNobodyElsewhere) {
  WaitQueue queue;
  EXPECT_TRUE(queue.insert(waiter_at(0, 5)));
  EXPECT_FALSE(queue.insert(waiter_at(0, 5)));
  EXPECT_THROW(queue.remove({0, 4}), base::CheckFailed);
  EXPECT_THROW(queue.remove({1, 5}), base::CheckFailed);
  EXPECT_EQ(queue.remove({0, 5}).session, SessionId(15));
  EXPECT_TRUE(queue.empty());
}

RC_GTEST_PROP(WaitQueue, BehavesAsAPlainSortedList,
              (const std::vector<std::tuple<std::uint8_t, std::uint8_t, std::uint8_t>>& steps)) {
  const Mode modes[] = {Exclusive{}, Shared{}, Counted{3}};
  WaitQueue queue;
  std::vector<WaitQueue::Waiter> model;
  std::uint64_t arrival = 0;
  for (const auto& [what, which, level] : steps) {
    if (what % 4 < 2) {
      const auto waiter = waiter_at(level % 3, ++arrival, modes[which % 3], what % 4 == 1);
      RC_ASSERT(queue.insert(waiter));
      model.push_back(waiter);
      std::sort(model.begin(), model.end(), [](const auto& a, const auto& b) { return a.place < b.place; });
    } else if (what % 16 == 15) {
      const auto taken = queue.take_onces();
      std::vector<WaitQueue::Waiter> expected;
      for (const auto& waiter : model) {
        if (waiter.once) expected.push_back(waiter);
      }
      RC_ASSERT(taken == expected);
      std::erase_if(model, [](const auto& waiter) { return waiter.once; });
    } else if (!model.empty()) {
      const auto at = model.begin() + (what % 4 == 2 ? 0 : which % static_cast<int>(model.size()));
      RC_ASSERT(queue.remove(at->place) == *at);
      model.erase(at);
    }
    RC_ASSERT(std::equal(queue.begin(), queue.end(), model.begin(), model.end()));
    WaitQueue::Counts counts;
    std::uint32_t onces = 0;
    for (std::size_t i = 0; i < model.size(); ++i) {
      RC_ASSERT(queue.ahead_of(model[i].place) == i);
      RC_ASSERT(queue.counts_before(model[i].place) == counts);
      counts.add(model[i].mode);
      onces += model[i].once;
    }
    RC_ASSERT(queue.counts() == counts && queue.onces() == onces && queue.size() == model.size());
    RC_ASSERT(queue.counts_before({-9, 0}) == counts);
  }
}

}  // namespace
}  // namespace lock
