#include "sim/mix.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace sim {

const std::string& pick(const Mix& mix, Draws& random) {
  std::uint64_t sum = 0;
  for (const auto& part : mix) sum += part.weight;
  CHECK(sum > 0);
  auto at = random.below(sum);
  for (const auto& part : mix) {
    if (at < part.weight) return part.what;
    at -= part.weight;
  }
  return mix.back().what;
}

Mix usual_mix(const std::string& program) {
  if (program == "locks") return {{"try", 25}, {"wait", 45}, {"timeout", 30}};
  if (program == "status") {
    return {{"read", 30},  {"write", 30},  {"cas", 20},   {"wait", 10},
            {"clear", 10}, {"several", 0}, {"hang_up", 0}};
  }
  if (program == "detached")
    return {{"release", 40}, {"lapse", 20}, {"outlast", 30}, {"hang_up", 5}, {"break", 5}};
  if (program == "register") return {{"read", 30}, {"cas", 70}};
  if (program == "modes") return {{"take", 92}, {"break", 8}};
  return {};
}

Duration Pace::next(Agent& agent) {
  if (const auto* pause = std::get_if<Distribution>(&tempo_)) return Duration(pause->sample(agent.random()));
  const auto interval = Duration(agent.random().between(0, 2 * std::get<Duration>(tempo_).count()));
  due_ = std::max(due_ + interval, agent.world_now());
  return due_ - agent.world_now();
}

}  // namespace sim
