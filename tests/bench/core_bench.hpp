// What the core costs by itself: no disk, no network, no encoding, one thread.
#pragma once

#include <cstdint>
#include <ctime>
#include <string>
#include <vector>

#include "core/base/time.hpp"

namespace bench {

// Nanoseconds that this thread has spent on a processor: what other programs take of the machine isn't in it.
inline std::int64_t thread_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

inline std::int64_t wall_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

inline base::Instant after_ms(std::int64_t ms) {
  return {std::chrono::milliseconds(ms)};
}

// Nanoseconds a proposal, from propose() until it is committed on all of three servers.
double proposals(std::uint64_t batch, std::int64_t for_ns);
// A table of what a group of three costs that has nothing to do.
void idle_groups();
// A table of the longest steps of a server that has so many locks.
void large_state(std::uint64_t locks);

}  // namespace bench
