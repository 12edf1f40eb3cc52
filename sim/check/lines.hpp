// Whether a line moves when it may.
#pragma once

#include <optional>
#include <string>

#include "core/lock/machine.hpp"

namespace check {

// Who stands first in line for one name, and for no other, though nothing that is held or blocked is in his
// way; nothing: nobody. By the rules of modes as design.md tells them, not by the machine's own functions.
std::optional<std::string> waits_in_vain(const lock::Machine& machine);

}  // namespace check
