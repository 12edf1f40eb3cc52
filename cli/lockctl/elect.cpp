// lockctl elect: stand for the lock, run the command while it is held, stand again when it was lost.
#include <algorithm>
#include <csignal>
#include <ctime>

#include "cli/common/exit_code.hpp"
#include "cli/lockctl/held_command.hpp"
#include "cli/lockctl/say.hpp"
#include "cli/lockctl/verbs.hpp"

namespace lockctl {
namespace {

using namespace std::chrono_literals;

// Between two tries where no server answers: doubled from try to try.
constexpr base::Duration kPauseMin = 250ms, kPauseMax = 5s;

void pause(base::Duration length) {
  const auto ns = length.count();
  const timespec time{static_cast<time_t>(ns / 1'000'000'000), static_cast<long>(ns % 1'000'000'000)};
  ::nanosleep(&time, nullptr);
}

}  // namespace

int carry_out(const Global& global, const Elect& elect) {
  const HeldCommand held{"elect", elect.lock, elect.command, elect.kill_after};
  auto wait = kPauseMin;
  for (;;) {
    const auto end = run_held(global, held);
    switch (end.after) {
      case After::over:
        return end.code;
      case After::lost:
        say(global.quiet, "stands for " + elect.lock.title() + " again");
        wait = kPauseMin;
        break;
      case After::not_reached:
        if (elect.lock.wait) return end.code;
        pause(wait);
        wait = std::min(2 * wait, kPauseMax);
        break;
    }
  }
}

}  // namespace lockctl
