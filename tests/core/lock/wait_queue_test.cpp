#include "core/lock/wait_queue.hpp"

#include <algorithm>
#include <deque>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/base/check.hpp"

namespace lock {
namespace {

TEST(WaitQueue, AnswersTheFirstThatCameFirst) {
  WaitQueue queue;
  for (std::uint64_t i = 1; i <= 3; ++i) queue.push({i, SessionId(10 + i), Sequence(1)});
  EXPECT_EQ(queue.pop().session, SessionId(11));
  EXPECT_EQ(queue.pop().session, SessionId(12));
  EXPECT_EQ(queue.pop().session, SessionId(13));
  EXPECT_TRUE(queue.empty());
}

TEST(WaitQueue, TakesNobodyOutOfOrder) {
  WaitQueue queue;
  queue.push({5, SessionId(1), Sequence(1)});
  EXPECT_THROW(queue.push({5, SessionId(2), Sequence(1)}), base::CheckFailed);
  EXPECT_THROW(queue.remove(4), base::CheckFailed);
  WaitQueue nobody;
  EXPECT_THROW(nobody.pop(), base::CheckFailed);
}

RC_GTEST_PROP(WaitQueue, BehavesAsAPlainList,
              (const std::vector<std::pair<std::uint8_t, std::uint8_t>>& steps)) {
  WaitQueue queue;
  std::deque<std::uint64_t> model;
  std::uint64_t arrival = 0;
  for (const auto& [what, which] : steps) {
    if (what % 4 < 2) {
      queue.push({++arrival, SessionId(arrival), Sequence(1)});
      model.push_back(arrival);
    } else if (!model.empty() && what % 4 == 2) {
      RC_ASSERT(queue.pop().arrival == model.front());
      model.pop_front();
    } else if (!model.empty()) {
      const auto at = model.begin() + which % static_cast<int>(model.size());
      queue.remove(*at);
      model.erase(at);
    }
    RC_ASSERT(queue.size() == model.size());
    RC_ASSERT(queue.empty() == model.empty());
    for (std::size_t i = 0; i < model.size(); ++i) RC_ASSERT(queue.ahead_of(model[i]) == i);
    RC_ASSERT(std::equal(queue.begin(), queue.end(), model.begin(), model.end(),
                         [](const auto& waiter, std::uint64_t a) { return waiter.arrival == a; }));
  }
}

}  // namespace
}  // namespace lock
