// The process above the guard: it kills what the guard can kill no more.
#pragma once

#include <sys/types.h>

#include "core/base/time.hpp"

namespace lockctl::guard {

// What the guard tells it, as bytes: both are one program.
struct Word {
  base::Instant kill_at;  // the origin: not yet
  pid_t command = 0;
};

// `ear`: where Words arrive. `channel`: to lockctl, told when the watchdog did what the guard should have
// done. It acts `grace` after the guard should have.
struct Watch {
  pid_t guard;
  int ear;
  int channel;
  base::Duration grace;
};

// Until the guard is over, and all that it ran.
[[noreturn]] void watch(const Watch& watch);

// Before everybody else in the queue for a processor, where that is permitted; what it forks is not.
void be_on_time();

}  // namespace lockctl::guard
