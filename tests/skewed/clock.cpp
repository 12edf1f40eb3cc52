// The machine's clock, run at another rate: parts per million of SKEWED_CLOCK_PPM fast, or slow where that is
// negative. Linked before the real one into programs that are built for tests and for nothing else.
#include "net/clock.hpp"

#include <cstdlib>
#include <ctime>

#include "core/base/check.hpp"

namespace net {

base::Instant now() {
  static const char* const rate = std::getenv("SKEWED_CLOCK_PPM");
  static const std::int64_t ppm = rate ? std::atoll(rate) : 0;
  timespec t{};
  CHECK(::clock_gettime(CLOCK_BOOTTIME, &t) == 0);
  const std::int64_t ns = std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
  return {std::chrono::nanoseconds(ns + ns / 1'000'000 * ppm)};
}

}  // namespace net
