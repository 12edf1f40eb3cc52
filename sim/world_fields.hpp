// The network and the clocks of a scenario, read from its file.
#pragma once

#include "sim/fields.hpp"
#include "sim/scenario.hpp"

namespace sim {

// After the cluster.
void read_network(const Field& field, Scenario& scenario);
void read_clock(const Field& field, Scenario& scenario);

}  // namespace sim
