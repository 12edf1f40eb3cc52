// Operations over time, as text.
#pragma once

#include <string>

#include "sim/check/history.hpp"

namespace check {

// A row a client (more where its operations overlap), time to the right, not to scale; `>` where the outcome
// is unknown.
std::string draw(const History& history);

}  // namespace check
