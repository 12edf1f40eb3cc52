// The processes between lockctl and the command. lockctl renews the lease and tells the guard how far it
// reaches; the guard runs the command, adopts whatever it leaves behind, and kills all of it before the lease
// can end, also when lockctl is stopped or gone. It knows nothing of networks.
//
//   lockctl ── watchdog ── guard ── command ── …
//
// If the guard dies, the kernel kills the command (PR_SET_PDEATHSIG), and the rest comes to the watchdog, or
// where that is gone to lockctl, which kill it. The watchdog also kills everything where the guard is stopped
// or starved when the time has come.
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

#include "core/base/time.hpp"

namespace lockctl::guard {

struct Plan {
  std::vector<std::string> command;
  base::Duration kill_after;  // what the command leaves behind may take to end itself
  base::Duration margin;      // between the KILL and the end of the lease
  int terminal = -1;          // to hand over; -1: none
};

class Guard {
 public:
  Guard(pid_t watchdog, int channel) : watchdog_(watchdog), channel_(channel) {}
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
  // Without a command yet it ends by itself. Waits for its end, so that nobody finds it left behind.
  ~Guard() { end(); }

  bool started() const { return watchdog_ > 0; }
  int channel() const { return channel_; }
  void end();

 private:
  pid_t watchdog_;
  int channel_;
};

// Forks. Before the first socket is opened: the command inherits what this process was started with and no
// more. Not started(): errno says why it can't be.
Guard start(const Plan& plan);

}  // namespace lockctl::guard
