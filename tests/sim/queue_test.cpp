#include "sim/queue.hpp"

#include <gtest/gtest.h>

namespace sim {
namespace {

TEST(Queue, GivesEventsByTimeAndThenByTheOrderOfAsking) {
  Queue queue;
  for (const std::uint64_t id : {1u, 2u, 3u}) queue.push(Time(20), {.id = id});
  queue.push(Time(10), {.id = 4});
  std::vector<std::uint64_t> order;
  while (!queue.empty()) order.push_back(queue.pop().id);
  EXPECT_EQ(order, (std::vector<std::uint64_t>{4, 1, 2, 3}));
  EXPECT_EQ(queue.now(), Time(20));
}

TEST(Queue, TakesThePastForNow) {
  Queue queue;
  queue.push(Time(20), {});
  (void)queue.pop();
  queue.push(Time(5), {});
  EXPECT_EQ(queue.next(), Time(20));
}

}  // namespace
}  // namespace sim
