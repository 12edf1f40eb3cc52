#include "cli/common/kill_plan.hpp"

#include <algorithm>

#include "core/base/duration.hpp"

namespace cli {

using namespace std::chrono_literals;

KillTimes KillPlan::at(base::Instant deadline) const {
  return {deadline - kill_after - margin, deadline - margin};
}

base::Result<KillPlan> kill_plan(base::Duration ttl, std::optional<base::Duration> kill_after,
                                 std::optional<base::Duration> max_hold) {
  const bool by_hold = max_hold && *max_hold < ttl;
  const auto shortest = by_hold ? *max_hold : ttl;
  const base::Duration wanted = kill_after.value_or(std::min<base::Duration>(5s, shortest / 3));
  if (wanted >= shortest / 2) {
    return base::Error{"-k " + base::format_duration(wanted) + " is half of the " +
                       (by_hold ? "longest hold (--max-hold " : "lease (-t ") +
                       base::format_duration(shortest) +
                       ") or more: a command would hardly run before it is told to end; give less than " +
                       base::format_duration(shortest / 2)};
  }
  const auto least = std::min<base::Duration>(100ms, shortest / 10);
  return KillPlan{wanted, std::max(shortest / 50, least)};
}

}  // namespace cli
