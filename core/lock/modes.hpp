// Which ways of holding a name go together.
#pragma once

#include "core/lock/types.hpp"

namespace lock {

// Whether two may hold one name at the same time. That counted ones are not too many, and of one limit, is
// seen to elsewhere.
inline bool go_together(const Mode& a, const Mode& b) {
  return a.index() == b.index() && !std::holds_alternative<Exclusive>(a);
}

// Whether whoever holds a name so has what is wanted already.
inline bool covers(const Mode& held, const Mode& wanted) {
  return held == wanted ||
         (std::holds_alternative<Exclusive>(held) && std::holds_alternative<Shared>(wanted));
}

}  // namespace lock
