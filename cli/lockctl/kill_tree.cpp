#include "cli/lockctl/kill_tree.hpp"

#include <csignal>
#include <ctime>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/common/process.hpp"

namespace lockctl {

std::uint64_t signal_tree(pid_t root, int signal) {
  std::uint64_t reached = 0;
  for (const auto& process : cli::descendants_of(root)) {
    if (cli::send_signal(process, signal) != cli::Signalled::yes) continue;
    ++reached;
    if (process.state == 'T') cli::send_signal(process, SIGCONT);
  }
  return reached;
}

std::uint64_t kill_everything_below_me(pid_t command, int* status) {
  for (;;) {
    std::uint64_t killed = 0, spared = 0;
    for (const auto& process : cli::descendants_of(::getpid())) {
      const auto result = cli::send_signal(process, SIGKILL);
      killed += result == cli::Signalled::yes ? 1 : 0;
      spared += result == cli::Signalled::not_permitted ? 1 : 0;
    }
    int ended = 0;
    for (pid_t pid; (pid = ::waitpid(-1, &ended, WNOHANG)) > 0;) {
      if (pid == command) *status = ended;
    }
    if (killed == 0) return spared;
    // Until the kernel has carried it out; a kill is only pending when kill(2) returns.
    const timespec moment{0, 1'000'000};
    ::nanosleep(&moment, nullptr);
  }
}

}  // namespace lockctl
