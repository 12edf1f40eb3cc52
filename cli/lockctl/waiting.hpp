// A request that may stand in a queue, with everything that may come between: a time-out, a signal, an absent
// cluster.
#pragma once

#include <optional>
#include <string>

#include "cli/lockctl/cluster.hpp"
#include "cli/lockctl/options.hpp"
#include "cli/lockctl/signals.hpp"

namespace lockctl {

struct Waited {
  client::Outcome outcome;
  std::optional<int> signal;  // which told it to end
  bool reached = false;       // a server has answered it
  bool silent = false;        // given up, since no server has answered for Global::timeout
  bool queued = false;
  lock::Sequence sequence = {};  // what a Leave of it names
};

// An Acquire or a Once, from its start to its outcome. While it waits on a terminal, one line tells for what.
Waited wait_for(Cluster& cluster, Signals& signals, const Global& global, const LockFlags& flags,
                lock::Operation operation);

}  // namespace lockctl
