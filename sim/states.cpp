#include "sim/states.hpp"

#include <algorithm>
#include <array>

namespace sim {

namespace {

constexpr std::array<const char*, 6> kParts = {"follower", "pre_candidate", "candidate",
                                               "leader",   "learner",       "down"};
constexpr std::array<const char*, phase::kCount> kPhases = {
    "unproven", "joint", "transferring", "sending", "installing", "behind", "reading", "recovering"};
constexpr std::array<const char*, touch::kCount> kTouches = {
    "cut_off_partly", "cut_off",      "others_down", "paused",       "others_paused", "lossy_network",
    "clock_within",   "clock_beyond", "disk_slow",   "disk_failing", "overload"};

template <std::size_t N>
std::string list(const std::array<const char*, N>& names, std::uint32_t bits) {
  std::string text;
  for (std::size_t i = 0; i < N; ++i) {
    if ((bits >> i & 1) != 0) text += (text.empty() ? "" : ", ") + std::string(names[i]);
  }
  return text;
}

}  // namespace

const char* name_of(Part part) {
  return kParts.at(static_cast<std::size_t>(part));
}

std::string name_of(State state) {
  const auto phases = list(kPhases, phases_of(state));
  const auto touches = list(kTouches, touches_of(state));
  return name_of(part_of(state)) + (phases.empty() ? "" : ": " + phases) +
         (touches.empty() ? "" : "; " + touches);
}

bool States::add(State state) {
  const auto at = std::lower_bound(all_.begin(), all_.end(), state);
  if (at != all_.end() && *at == state) return false;
  all_.insert(at, state);
  return true;
}

}  // namespace sim
