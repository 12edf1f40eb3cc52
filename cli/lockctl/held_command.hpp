// A command under a lock: take it, run the command, give it back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/lockctl/options.hpp"
#include "cli/lockctl/supervisor.hpp"

namespace lockctl {

struct HeldCommand {
  std::string verb;  // as others see it
  const LockFlags& lock;
  const std::vector<std::string>& command;
  std::optional<base::Duration> kill_after;
  bool warn_when_lost = false;
};

// over: the command has ended, or never will be. lost: the lock went while it ran. not_reached: the servers
// were not there to grant it.
enum class After { over, lost, not_reached };
struct HeldEnd {
  int code;
  After after = After::over;
};

// Complains about whatever goes wrong.
HeldEnd run_held(const Global& global, const HeldCommand& held);
// On a majority of independent clusters. Answers the exit code.
int run_red(const Global& global, const HeldCommand& held);

// What a shell is told of the command's end, once what a person should know is said.
int code_of(const CommandEnd& end, const Global& global, const HeldCommand& held);

}  // namespace lockctl
