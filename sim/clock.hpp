// The monotonic clock of one simulated machine: its own origin, its own rate, now and then a jump. Exact, by
// integers.
#pragma once

#include "core/host/ports.hpp"
#include "sim/queue.hpp"

namespace sim {

class Clock : public host::Clock {
 public:
  // Runs at (1 + drift_ppm / 1,000,000) of real time; -1,000,000 < drift_ppm.
  Clock(const Queue& world, Duration offset, std::int64_t drift_ppm);

  Instant now() const override { return at(world_.now()); }
  Instant at(Time time) const;
  // The first moment of the world at which this clock shows `local` or later, should it not jump any more.
  Time when(Instant local) const;
  // Monotonic: only forward, by >= 0.
  void jump(Duration by);
  std::int64_t drift_ppm() const { return rate_ - 1'000'000; }

 private:
  const Queue& world_;
  Duration offset_;
  std::int64_t rate_;  // local ns in a million of the world's
};

}  // namespace sim
