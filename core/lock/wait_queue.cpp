#include "core/lock/wait_queue.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace lock {

void WaitQueue::push(const Waiter& waiter) {
  CHECK(empty() || waiters_.back().arrival < waiter.arrival);
  waiters_.push_back(waiter);
}

WaitQueue::Waiter WaitQueue::pop() {
  CHECK(!empty());
  const Waiter first = waiters_[begin_++];
  if (begin_ * 2 >= waiters_.size()) {
    waiters_.erase(waiters_.begin(), waiters_.begin() + static_cast<std::ptrdiff_t>(begin_));
    begin_ = 0;
  }
  return first;
}

void WaitQueue::remove(std::uint64_t arrival) {
  waiters_.erase(waiters_.begin() + static_cast<std::ptrdiff_t>(place_of(arrival)));
}

std::uint64_t WaitQueue::ahead_of(std::uint64_t arrival) const {
  return place_of(arrival) - begin_;
}

std::size_t WaitQueue::place_of(std::uint64_t arrival) const {
  const Waiter* at = std::lower_bound(
      begin(), end(), arrival, [](const Waiter& waiter, std::uint64_t a) { return waiter.arrival < a; });
  CHECK(at != end() && at->arrival == arrival);
  return static_cast<std::size_t>(at - waiters_.data());
}

}  // namespace lock
