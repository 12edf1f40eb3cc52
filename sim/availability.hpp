// How much of the time somebody was answered.
#pragma once

#include <cstdint>
#include <set>

#include "sim/queue.hpp"

namespace sim {

// Time in slots of 100 ms: a slot counts where some client learnt some server's final answer in it.
class Availability {
 public:
  void answered(Time now) { slots_.insert(now / kSlot); }

  // Of the whole slots between the two, in parts per million; a million where there are none.
  std::uint32_t share_ppm(Time from, Time to) const {
    const auto first = (from + kSlot - Duration(1)) / kSlot;
    const auto end = to / kSlot;
    if (end <= first) return 1'000'000;
    std::int64_t with = 0;
    for (auto at = slots_.lower_bound(first); at != slots_.end() && *at < end; ++at) ++with;
    return static_cast<std::uint32_t>(with * 1'000'000 / (end - first));
  }

 private:
  static constexpr Duration kSlot = std::chrono::milliseconds(100);
  std::set<std::int64_t> slots_;
};

}  // namespace sim
