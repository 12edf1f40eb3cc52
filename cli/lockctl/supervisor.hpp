// While the command runs: renewals reach the guard as deadlines, signals reach the command, and the loss of
// the lock is seen.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/common/kill_plan.hpp"
#include "cli/lockctl/cluster.hpp"
#include "cli/lockctl/guard.hpp"
#include "cli/lockctl/signals.hpp"

namespace lockctl {

struct SupervisorConfig {
  std::string lock;
  lock::Millis ttl;
  cli::KillPlan plan;
  bool warn_when_lost = false;  // rather than kill
  int terminal = -1;
  bool quiet = false;
};

struct CommandEnd {
  int status = 0;      // as wait(2) gives it
  int exec_error = 0;  // the command was not started
  bool lost = false;   // the lock ended, or could have, while the command ran
  bool session_expired = false;
  std::uint64_t left_behind = 0;
  std::uint64_t not_permitted = 0;
};

// Starts the command, takes the terminal back after it, and returns when nothing of it is left (with
// warn_when_lost too).
CommandEnd supervise(Cluster& cluster, Signals& signals, const guard::Guard& guard,
                     const SupervisorConfig& config, const std::vector<std::string>& environment);

}  // namespace lockctl
