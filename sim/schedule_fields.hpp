// The schedule of a scenario that is one run, read from its file and written for one.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "sim/draws.hpp"
#include "sim/fields.hpp"

namespace sim {

// {"plain": true} or {"seed": N}, and with either `draws` and `flips`.
Schedule read_schedule(const Field& field);
// What read_schedule() reads as the same.
nlohmann::ordered_json write_schedule(const Schedule& schedule);

}  // namespace sim
