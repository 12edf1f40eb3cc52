// A failed CHECK ends the process where it stands: nothing that the broken object still holds may reach the
// disk.
#pragma once

#include <cstdio>
#include <cstdlib>

#include "core/base/check.hpp"

namespace net {

template <class F>
void end_on_bug(F f) {
  try {
    f();
  } catch (const base::CheckFailed& bug) {
    std::fprintf(stderr, "lockd: stopped by a bug of its own, please report it: %s\n", bug.what());
    std::abort();
  }
}

}  // namespace net
