// The schedule of a scenario that is one run, read from its file and written for one.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "sim/draws.hpp"
#include "sim/fields.hpp"
#include "sim/scenario.hpp"

namespace sim {

// {"plain": true} or {"seed": N}, and with either `draws` and `flips`.
Schedule read_schedule(const Field& field);
// Refuses what could never count: streams that this scenario doesn't have, sites that a stream doesn't pass.
void check_schedule(const Field& field, const Scenario& scenario);
// Leaves out the same.
Schedule possible(Schedule schedule, const Scenario& scenario);
// What read_schedule() reads as the same.
nlohmann::ordered_json write_schedule(const Schedule& schedule);

}  // namespace sim
