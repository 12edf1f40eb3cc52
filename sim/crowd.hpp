// Clients that come in numbers and ask more than servers can answer, then go again.
#pragma once

#include <memory>

#include "sim/agent.hpp"

namespace sim {

// So many clients make up a crowd, each with so many questions open at most.
constexpr std::uint32_t kCrowd = 4;
constexpr std::size_t kCrowdOpenMax = 128;

// How often the whole crowd asks, on average.
struct Crowd {
  Duration interval{0};
};

// One of them: asks without waiting for answers, as long as it is up. Every question is a linearizable read
// that is given up after two seconds.
std::unique_ptr<Program> make_crowd(const Crowd& crowd, Coverage& coverage);

}  // namespace sim
