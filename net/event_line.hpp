// An event of the state machine as an operator reads it.
#pragma once

#include <string>

#include "core/lock/event.hpp"

namespace net {

std::string to_line(const lock::Event& event);

}  // namespace net
