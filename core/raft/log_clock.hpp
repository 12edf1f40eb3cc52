// The leader's replicated clock.
#pragma once

#include "core/raft/types.hpp"

namespace raft {

// Starts at the newest stamp of a new leader's log and moves with that leader's monotonic clock, by at most
// `step_max` between two observations: elections, outages and pauses make a lease longer, never shorter.
// Never falls.
class LogClock {
 public:
  LogClock(LogTime start, Instant now, Duration step_max) : start_(start), seen_(now), step_max_(step_max) {}

  void observe(Instant now);
  LogTime time() const { return start_ + std::chrono::duration_cast<std::chrono::milliseconds>(elapsed_); }

 private:
  LogTime start_;
  Duration elapsed_{0};
  Instant seen_;
  Duration step_max_;
};

}  // namespace raft
