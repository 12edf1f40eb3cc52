// The definition of linearizability, tried out: every order of a handful of operations, on the plainest
// objects.
#pragma once

#include "sim/check/linearizability.hpp"

namespace check::test {

// For at most about seven operations on one key.
bool has_an_order(const History& history, Model model);

}  // namespace check::test
