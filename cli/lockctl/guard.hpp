// The process between lockctl and the command. lockctl renews the lease and tells the guard how far it
// reaches; the guard runs the command, adopts whatever it leaves behind, and kills all of it before the lease
// can end, also when lockctl is stopped or gone. It knows nothing of networks.
//
//   lockctl ── guard ── command ── …
//
// If the guard dies, the kernel kills the command (PR_SET_PDEATHSIG), and the rest comes to lockctl, which
// kills it.
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

#include "core/base/time.hpp"

namespace lockctl::guard {

struct Plan {
  std::vector<std::string> command;
  base::Duration kill_after;  // what the command leaves behind may take to end itself
  int terminal = -1;          // to hand over; -1: none
};

struct Guard {
  pid_t pid = 0;
  int channel = -1;
};

// Forks the guard. Before the first socket is opened: the command inherits what this process was started with
// and no more. pid < 0: errno says why it can't be.
Guard start(const Plan& plan);

}  // namespace lockctl::guard
