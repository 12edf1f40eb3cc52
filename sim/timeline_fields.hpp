// One entry of a scenario's timeline, read from its file.
#pragma once

#include "sim/fields.hpp"
#include "sim/scenario.hpp"

namespace sim {

Step read_step(const Field& field, std::uint32_t servers, std::uint32_t clients);

}  // namespace sim
