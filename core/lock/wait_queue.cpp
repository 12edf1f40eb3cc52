#include "core/lock/wait_queue.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace lock {

const WaitQueue::Waiter* WaitQueue::find(Place place) const {
  return std::lower_bound(begin(), end(), place,
                          [](const Waiter& waiter, const Place& p) { return waiter.place < p; });
}

void WaitQueue::count(const Waiter& waiter, bool comes) {
  if (comes) {
    counts_.add(waiter.mode);
  } else {
    counts_.remove(waiter.mode);
  }
  onces_ += comes ? waiter.once : -static_cast<std::uint32_t>(waiter.once);
  newests_ += comes ? waiter.newest : -static_cast<std::uint32_t>(waiter.newest);
}

bool WaitQueue::insert(const Waiter& waiter) {
  const Waiter* at = empty() || (end() - 1)->place < waiter.place ? end() : find(waiter.place);
  if (at != end() && at->place == waiter.place) return false;
  waiters_.insert(waiters_.begin() + (at - waiters_.data()), waiter);
  count(waiter, true);
  return true;
}

WaitQueue::Waiter WaitQueue::remove(Place place) {
  const Waiter* at = find(place);
  CHECK(at != end() && at->place == place);
  const Waiter gone = *at;
  if (at != begin()) {
    waiters_.erase(waiters_.begin() + (at - waiters_.data()));
  } else if (++begin_ * 2 >= waiters_.size()) {
    waiters_.erase(waiters_.begin(), waiters_.begin() + static_cast<std::ptrdiff_t>(begin_));
    begin_ = 0;
  }
  count(gone, false);
  return gone;
}

std::vector<WaitQueue::Waiter> WaitQueue::take_onces() {
  std::vector<Waiter> taken, left;
  if (onces_ == 0) return taken;
  for (const Waiter& waiter : *this) (waiter.once ? taken : left).push_back(waiter);
  for (const Waiter& waiter : taken) count(waiter, false);
  waiters_ = std::move(left);
  begin_ = 0;
  return taken;
}

std::size_t WaitQueue::ahead_of(Place place) const {
  return static_cast<std::size_t>(find(place) - begin());
}

WaitQueue::Counts WaitQueue::counts_before(Place place) const {
  const Waiter* at = empty() || (end() - 1)->place < place ? end() : find(place);
  Counts counts;
  if (at - begin() < end() - at) {
    for (const Waiter* waiter = begin(); waiter != at; ++waiter) counts.add(waiter->mode);
  } else {
    counts = counts_;
    for (const Waiter* waiter = at; waiter != end(); ++waiter) counts.remove(waiter->mode);
  }
  return counts;
}

}  // namespace lock
