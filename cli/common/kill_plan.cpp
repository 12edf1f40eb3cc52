#include "cli/common/kill_plan.hpp"

#include <algorithm>

#include "core/base/duration.hpp"

namespace cli {

using namespace std::chrono_literals;

KillTimes KillPlan::at(base::Instant deadline) const {
  return {deadline - kill_after - margin, deadline - margin};
}

base::Result<KillPlan> kill_plan(base::Duration ttl, std::optional<base::Duration> kill_after) {
  const base::Duration wanted = kill_after.value_or(std::min<base::Duration>(5s, ttl / 3));
  if (wanted >= ttl / 2) {
    return base::Error{"-k " + base::format_duration(wanted) + " is half of the lease (-t " +
                       base::format_duration(ttl) +
                       ") or more: a command would hardly run before it is told to end; give less than " +
                       base::format_duration(ttl / 2)};
  }
  const base::Duration margin = std::max<base::Duration>(ttl / 50, std::min<base::Duration>(50ms, ttl / 10));
  return KillPlan{wanted, margin};
}

}  // namespace cli
