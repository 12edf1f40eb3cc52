// Small histories by chance: mostly what a correct object would have shown, then spoilt here and there.
#pragma once

#include "core/base/random.hpp"
#include "sim/check/linearizability.hpp"

namespace check::test {

History some_history(base::Random& random, Model model, std::size_t operations_max);

}  // namespace check::test
