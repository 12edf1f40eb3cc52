#include "cli/lockctl/kill_tree.hpp"

#include <cerrno>
#include <csignal>
#include <ctime>
#include <set>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

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

namespace {

struct Pass {
  std::uint64_t killed = 0, spared = 0;
};

// kill(2) of a group is one step to whoever forks in it, so that nobody outruns it. Only groups that began in
// this tree: of a session that began in it (nobody joins another's session), or of the command itself.
void kill_groups(const std::vector<cli::Process>& tree, pid_t command) {
  const pid_t session = ::getsid(0);
  std::set<pid_t> groups;
  for (const auto& process : tree) {
    if (process.session != session || process.group == command) groups.insert(process.group);
  }
  for (const pid_t group : groups) {
    if (group > 1 && group != ::getpgrp()) ::kill(-group, SIGKILL);
  }
}

Pass kill_once(pid_t command) {
  Pass pass;
  const auto tree = cli::descendants_of(::getpid());
  kill_groups(tree, command);
  for (const auto& process : tree) {
    const auto result = cli::send_signal(process, SIGKILL);
    pass.killed += result == cli::Signalled::yes ? 1 : 0;
    pass.spared += result == cli::Signalled::not_permitted ? 1 : 0;
  }
  return pass;
}

// False: there are no children any more, so that for a subreaper nothing at all is left.
bool reap(pid_t command, int* status) {
  int ended = 0;
  pid_t pid = 0;
  while ((pid = ::waitpid(-1, &ended, WNOHANG)) > 0) {
    if (pid == command) *status = ended;
  }
  return pid == 0 || errno == EINTR;
}

}  // namespace

std::uint64_t kill_everything_below_me(pid_t command, int* status) {
  // Before /proc is read, which takes a while where much happens.
  if (command > 1) ::kill(-command, SIGKILL);
  int idle_passes = 0;
  for (;;) {
    const auto pass = kill_once(command);
    if (!reap(command, status)) return 0;
    // Twice: a process may have been missed while it forked.
    idle_passes = pass.killed == 0 && pass.spared > 0 ? idle_passes + 1 : 0;
    if (idle_passes == 2) return pass.spared;
    // Until the kernel has carried it out; a kill is only pending when kill(2) returns.
    const timespec moment{0, 300'000};
    ::nanosleep(&moment, nullptr);
  }
}

}  // namespace lockctl
