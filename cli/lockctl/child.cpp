#include "cli/lockctl/child.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace lockctl {
namespace {

[[noreturn]] void become(const Spawn& what, std::vector<char*>& arguments, pid_t parent, int report) {
  ::setpgid(0, 0);
  if (what.terminal >= 0) give_terminal(what.terminal, ::getpid());
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(125);
  for (const auto& entry : what.environment) ::putenv(const_cast<char*>(entry.c_str()));
  what.signals.restore();
  ::execvp(arguments[0], arguments.data());
  const int error = errno;
  [[maybe_unused]] const auto written = ::write(report, &error, sizeof error);
  ::_exit(127);
}

}  // namespace

SignalState SignalState::now() {
  SignalState state;
  for (int signal = 1; signal < static_cast<int>(state.actions_.size()); ++signal) {
    ::sigaction(signal, nullptr, &state.actions_[static_cast<std::size_t>(signal)]);
  }
  ::sigprocmask(SIG_SETMASK, nullptr, &state.mask_);
  return state;
}

void SignalState::restore() const {
  for (int signal = 1; signal < static_cast<int>(actions_.size()); ++signal) {
    ::sigaction(signal, &actions_[static_cast<std::size_t>(signal)], nullptr);
  }
  ::sigprocmask(SIG_SETMASK, &mask_, nullptr);
}

Spawned spawn(const Spawn& what) {
  std::vector<char*> arguments;
  for (const auto& argument : what.command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  int report[2];
  if (::pipe2(report, O_CLOEXEC) != 0) return {0, errno};
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) become(what, arguments, parent, report[1]);
  const int failed = errno;
  ::close(report[1]);
  int error = pid < 0 ? failed : 0;
  ssize_t n = 0;
  if (pid > 0) {
    do {
      n = ::read(report[0], &error, sizeof error);
    } while (n < 0 && errno == EINTR);
  }
  ::close(report[0]);
  if (error == 0) return {pid, 0};
  if (pid > 0) ::waitpid(pid, nullptr, 0);
  return {0, error};
}

void give_terminal(int terminal, pid_t group) {
  // A background process that does this is stopped by SIGTTOU unless it blocks that.
  sigset_t ttou, before;
  ::sigemptyset(&ttou);
  ::sigaddset(&ttou, SIGTTOU);
  ::sigprocmask(SIG_BLOCK, &ttou, &before);
  ::tcsetpgrp(terminal, group);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace lockctl
