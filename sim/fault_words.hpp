// Faults in words, for those who read what a run tells.
#pragma once

#include "sim/scenario.hpp"

namespace sim {

// As in "isolate server 2".
const char* verb_of(const Action& action);

}  // namespace sim
