// Time as data. Nothing here reads a clock.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace base {

using Duration = std::chrono::nanoseconds;

// A local monotonic instant, counting suspend. Only differences between instants of one machine mean
// anything.
struct Instant {
  Duration since_origin{0};

  constexpr auto operator<=>(const Instant&) const = default;
  friend constexpr Instant operator+(Instant a, Duration d) { return {a.since_origin + d}; }
  friend constexpr Instant operator-(Instant a, Duration d) { return {a.since_origin - d}; }
  friend constexpr Duration operator-(Instant a, Instant b) { return a.since_origin - b.since_origin; }
};

// The replicated clock in milliseconds: stamped on every log entry by its leader, never falling along the
// log.
struct LogTime {
  std::uint64_t ms = 0;

  constexpr auto operator<=>(const LogTime&) const = default;
  friend constexpr LogTime operator+(LogTime t, std::chrono::milliseconds d) {
    return {t.ms + static_cast<std::uint64_t>(d.count())};
  }
  // The time from b to a; only where a >= b.
  friend constexpr std::chrono::milliseconds operator-(LogTime a, LogTime b) {
    return std::chrono::milliseconds(static_cast<std::int64_t>(a.ms - b.ms));
  }
};

}  // namespace base
