#include "sim/budget.hpp"

#include <algorithm>

namespace sim {

std::size_t Chooser::next() {
  constexpr std::uint64_t kFloor = 4;
  const bool explore = ++turn_ % kFloor == 0;
  const auto best = std::max_element(arms_.begin(), arms_.end(), [&](const Arm& a, const Arm& b) {
    if ((a.turns == 0) != (b.turns == 0)) return b.turns == 0;
    if (explore || a.rate == b.rate) return a.cpu_ns > b.cpu_ns;
    return a.rate < b.rate;
  });
  return static_cast<std::size_t>(best - arms_.begin());
}

void Chooser::spent(std::size_t scenario, std::uint64_t cpu_ns, std::uint64_t new_states) {
  auto& arm = arms_[scenario];
  const auto ms = std::max<std::uint64_t>(1, cpu_ns / 1'000'000);
  const auto rate = new_states * 1'000'000 / ms;
  arm.rate = arm.turns == 0 ? rate : (arm.rate + rate) / 2;
  arm.cpu_ns += cpu_ns;
  ++arm.turns;
}

}  // namespace sim
