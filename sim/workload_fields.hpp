// What clients do, read from a scenario's file.
#pragma once

#include "sim/fields.hpp"
#include "sim/scenario.hpp"

namespace sim {

// One program, after the cluster.
Workload read_workload(const Field& field, const Scenario& scenario);

}  // namespace sim
