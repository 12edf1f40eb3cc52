#include "core/raft/log_clock.hpp"

namespace raft {

void LogClock::observe(Instant now) {
  const Duration passed = now - seen_;
  if (passed > Duration::zero()) elapsed_ += passed < step_max_ ? passed : step_max_;
  if (now > seen_) seen_ = now;
}

}  // namespace raft
