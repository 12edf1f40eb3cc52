// lockctl run: take the lock, run the command under it, give it back.
#include "cli/lockctl/held_command.hpp"
#include "cli/lockctl/verbs.hpp"

namespace lockctl {

int carry_out(const Global& global, const Run& run) {
  const HeldCommand held{"run", run.lock, run.command, run.kill_after, run.warn_when_lost};
  return run.red ? run_red(global, held) : run_held(global, held).code;
}

}  // namespace lockctl
