#include "sim/clock.hpp"

#include "core/base/check.hpp"

namespace sim {

namespace {
constexpr std::int64_t kMillion = 1'000'000;
}

Clock::Clock(const Queue& world, Duration offset, std::int64_t drift_ppm)
    : world_(world), offset_(offset), rate_(kMillion + drift_ppm) {
  CHECK(rate_ > 0);
}

// Whole millions apart from the rest, so that nothing overflows and nothing is lost: floor(t * rate / 10^6).
Instant Clock::at(Time time) const {
  const auto t = time.count();
  CHECK(t >= 0);
  return {offset_ + Duration(t / kMillion * rate_ + t % kMillion * rate_ / kMillion)};
}

Time Clock::when(Instant local) const {
  const auto l = (local.since_origin - offset_).count();
  if (l <= 0) return Time(0);
  return Time(l / rate_ * kMillion + (l % rate_ * kMillion + rate_ - 1) / rate_);
}

void Clock::jump(Duration by) {
  CHECK(by >= Duration::zero());
  offset_ += by;
}

}  // namespace sim
