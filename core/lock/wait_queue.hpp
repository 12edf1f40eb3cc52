// Those who wait for one name: by level, then first in, first out; with removal and the place of any waiter
// in logarithmic searches.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <vector>

#include "core/lock/types.hpp"

namespace lock {

class WaitQueue {
 public:
  // Where a request stands, the same in the queues of all its names. The least is the first.
  struct Place {
    std::int32_t level = 0;
    std::uint64_t arrival = 0;
    bool operator==(const Place&) const = default;
    std::strong_ordering operator<=>(const Place& other) const {
      return level != other.level ? other.level <=> level : arrival <=> other.arrival;
    }
  };
  // A reference to the Waiting that the session keeps, with what is asked of it often.
  struct Waiter {
    Place place;
    SessionId session;
    Sequence sequence;
    SessionId owner;
    Mode mode;
    bool newest = false;
    bool once = false;
    bool operator==(const Waiter&) const = default;
  };
  // How many wait in each mode.
  struct Counts {
    std::array<std::uint32_t, 3> of{};
    std::uint32_t exclusive() const { return of[0]; }
    std::uint32_t shared() const { return of[1]; }
    std::uint32_t counted() const { return of[2]; }
    std::uint32_t all() const { return of[0] + of[1] + of[2]; }
    void add(const Mode& mode) { ++of[mode.index()]; }
    void remove(const Mode& mode) { --of[mode.index()]; }
    bool operator==(const Counts&) const = default;
  };

  bool empty() const { return begin_ == waiters_.size(); }
  std::size_t size() const { return waiters_.size() - begin_; }
  const Counts& counts() const { return counts_; }
  std::uint32_t onces() const { return onces_; }
  std::uint32_t newests() const { return newests_; }

  // Whether nobody had that place.
  bool insert(const Waiter& waiter);
  // Who is there.
  Waiter remove(Place place);
  // Takes out all that wait by a Once, in their order.
  std::vector<Waiter> take_onces();
  // How many wait before that place, whether somebody stands there or not.
  std::size_t ahead_of(Place place) const;
  Counts counts_before(Place place) const;

  const Waiter* begin() const { return waiters_.data() + begin_; }
  const Waiter* end() const { return waiters_.data() + waiters_.size(); }

 private:
  const Waiter* find(Place place) const;
  void count(const Waiter& waiter, bool comes);

  // In order from begin_ on. Those before it have left: cut off once they are half, so that the first leaves
  // at a constant cost on average, and an idle lock has no allocation (a deque makes two).
  std::vector<Waiter> waiters_;
  std::size_t begin_ = 0;
  Counts counts_;
  std::uint32_t onces_ = 0;
  std::uint32_t newests_ = 0;
};

}  // namespace lock
