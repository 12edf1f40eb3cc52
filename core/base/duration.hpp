// Durations as people write them: a number and a unit, `500ms`, `15s`, `2m`, `24h`, `1.5s`; also `us` and
// `d`.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/base/time.hpp"

namespace base {

// A bare number is seconds where `bare_seconds`. Not negative; at most 100 years. By integers, never by
// floating point: what is finer than a nanosecond is refused.
Result<Duration> parse_duration(std::string_view text, bool bare_seconds = true);

// The shortest exact form up to milliseconds, such as `2m 5s`, `1.25s`, `340ms`, `0s`; below a millisecond in
// microseconds.
std::string format_duration(Duration duration);

}  // namespace base
