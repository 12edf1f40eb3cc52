// While the command runs: renewals reach the guard as deadlines, signals reach the command, and the loss of
// the lock is seen.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/common/kill_plan.hpp"
#include "cli/lockctl/cluster.hpp"
#include "cli/lockctl/guard.hpp"
#include "cli/lockctl/signals.hpp"

namespace lockctl {

// What the command runs under.
struct Lease {
  boost::asio::io_context& io;
  // Until when the lock certainly stands; nothing: it is gone. Moves with renewals.
  std::function<std::optional<base::Instant>()> deadline;
  // Whether that is the end of the longest hold, which no renewal moves. May be empty: it never is.
  std::function<bool()> at_longest = {};
};

struct SupervisorConfig {
  std::string lock;
  lock::Millis ttl;
  cli::KillPlan plan;
  bool warn_when_lost = false;  // rather than kill
  int terminal = -1;
  bool quiet = false;
  lock::Millis max_hold{0};  // where the lease has at_longest
};

struct CommandEnd {
  int status = 0;         // as wait(2) gives it
  int exec_error = 0;     // the command was not started
  bool lost = false;      // the lock ended, or could have, while the command ran
  bool over_max = false;  // lost because the longest hold is over
  bool session_expired = false;
  std::uint64_t left_behind = 0;
  std::uint64_t not_permitted = 0;
};

// Starts the command, takes the terminal back after it, and returns when nothing of it is left (with
// warn_when_lost too). The guard may still be about to end.
//
// `environment`: NAME=value, or a NAME that the command is not to have.
class Supervisor {
 public:
  Supervisor(Lease lease, Signals& signals, guard::Guard& guard, const SupervisorConfig& config);
  ~Supervisor();
  CommandEnd run(const std::vector<std::string>& environment);
  // The servers have ended the hold: the command gets its grace, but no more of the lease than it had.
  void taken(const std::string& why);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lockctl
