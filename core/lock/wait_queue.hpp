// First in, first out, with removal and the place of any waiter in logarithmic searches.
#pragma once

#include <cstdint>
#include <vector>

#include "core/lock/types.hpp"

namespace lock {

class WaitQueue {
 public:
  // A reference to the Waiting that the session keeps.
  struct Waiter {
    std::uint64_t arrival = 0;
    SessionId session;
    Sequence sequence;
    bool operator==(const Waiter&) const = default;
  };

  bool empty() const { return begin_ == waiters_.size(); }
  std::size_t size() const { return waiters_.size() - begin_; }
  // `arrival` above every one before.
  void push(const Waiter& waiter);
  // Only where not empty.
  Waiter pop();
  void remove(std::uint64_t arrival);
  // How many wait before this one, which is in the queue.
  std::uint64_t ahead_of(std::uint64_t arrival) const;

  const Waiter* begin() const { return waiters_.data() + begin_; }
  const Waiter* end() const { return waiters_.data() + waiters_.size(); }

 private:
  std::size_t place_of(std::uint64_t arrival) const;

  // Ascending by arrival from begin_ on. Those before it have left: cut off once they are half, so that a pop
  // costs a constant on average, and an idle lock no allocation (a deque makes two).
  std::vector<Waiter> waiters_;
  std::size_t begin_ = 0;
};

}  // namespace lock
