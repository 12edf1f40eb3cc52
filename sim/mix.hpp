// What a client does next, by weights; and when.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "sim/agent.hpp"
#include "sim/distribution.hpp"

namespace sim {

struct Weighted {
  std::string what;
  std::uint32_t weight = 0;
};
// Some weight is above 0.
using Mix = std::vector<Weighted>;

const std::string& pick(const Mix& mix, Draws& random);

// What a program mixes, and how; empty: nothing.
Mix usual_mix(const std::string& program);

// How far apart a client's rounds are.
class Pace {
 public:
  // From the end of one to the beginning of the next.
  explicit Pace(Distribution pause_ns) : tempo_(std::move(pause_ns)) {}
  // From beginning to beginning, on average. Whoever comes late makes up for nothing.
  explicit Pace(Duration interval) : tempo_(interval) {}

  // How long to wait now that a round is over.
  Duration next(Agent& agent);

 private:
  std::variant<Distribution, Duration> tempo_;
  Time due_{0};  // the last round was, as far as an interval says so
};

}  // namespace sim
