// How a process is told to move its clocks: a file that a test build of lockd or lockctl maps, if the
// variable SKEWED_CLOCK_FILE names one (tests/skewed/clock.cpp).
#pragma once

#include <atomic>
#include <cstdint>

namespace real {

struct ClockOffsets {
  std::atomic<std::int64_t> monotonic_ns;  // added to what the machine's clock shows; never falls
  std::atomic<std::int64_t> wall_ns;
  std::atomic<std::uint32_t> seen;  // 1: such a process has mapped it
};

}  // namespace real
