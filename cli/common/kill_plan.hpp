// When a command must be told to end, and when it must be dead, so that it never outlives its lease at the
// servers.
#pragma once

#include <optional>

#include "core/base/result.hpp"
#include "core/base/time.hpp"

namespace cli {

struct KillTimes {
  base::Instant term_at;
  base::Instant kill_at;
  bool operator==(const KillTimes&) const = default;
};

// `margin` is what killing itself may take: a fiftieth of the lease, at least 100 ms, or a tenth of a lease
// or longest hold shorter than a second.
struct KillPlan {
  base::Duration kill_after;
  base::Duration margin;

  // TERM at deadline - kill_after - margin, KILL at deadline - margin.
  KillTimes at(base::Instant deadline) const;
};

// kill_after: the least of 5 s, a third of the lease and a third of the longest hold unless given; half of
// either or more is refused.
base::Result<KillPlan> kill_plan(base::Duration ttl, std::optional<base::Duration> kill_after,
                                 std::optional<base::Duration> max_hold = std::nullopt);

}  // namespace cli
