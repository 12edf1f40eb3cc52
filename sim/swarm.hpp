// Swarm testing (Groce, Zhang, Eide, Chen, Regehr, "Swarm testing", ISSTA 2012): a run with half of the
// faults reaches states that a run with all of them drowns.
#pragma once

#include <cstdint>

#include "sim/scenario.hpp"

namespace sim {

// Pure: what this seed plays of a scenario that is marked for a swarm; another scenario is answered as it is.
// `swarm`: each step of the timeline but its heals, each rate of the network, the slow disk and the drifting
// clocks stay or go, by halves; nothing is required. `swarm` and `swarm_tuning`: election timeouts, batches,
// bounds of what is unanswered, and when snapshots are taken vary. The bound on drift does not: it is a
// promise. A scenario with a schedule of its own keeps its faults.
Scenario swarmed(Scenario scenario, std::uint64_t seed);

}  // namespace sim
