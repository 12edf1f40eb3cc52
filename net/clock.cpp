#include "net/clock.hpp"

#include <ctime>

#include "core/base/check.hpp"

namespace net {

base::Instant now() {
  timespec t{};
  CHECK(::clock_gettime(CLOCK_BOOTTIME, &t) == 0);
  return {std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec)};
}

}  // namespace net
