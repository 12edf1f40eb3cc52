// One entry of a scenario's timeline, read from its file.
#pragma once

#include "sim/fields.hpp"
#include "sim/scenario.hpp"

namespace sim {

// Of a scenario whose cluster has been read.
Step read_step(const Field& field, const Scenario& scenario);

// `clock.jumps`, one or a list, as what they are: clock jumps at random.
std::vector<Step> read_jumps(const Field& field);

}  // namespace sim
