#include "cli/lockctl/under_lock.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/common/exit_code.hpp"
#include "cli/common/held.hpp"
#include "cli/lockctl/endpoints.hpp"
#include "cli/lockctl/say.hpp"

namespace lockctl {
namespace {

std::string inherited(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string processes(std::uint64_t count) {
  return std::to_string(count) + " process" + (count == 1 ? "" : "es");
}

}  // namespace

std::vector<std::string> environment_under(const Global& global, Cluster& cluster, const LockFlags& flags,
                                           lock::Token token) {
  auto held = inherited("LOCKD_HELD");
  for (const auto& wanted : flags.locks) held = cli::add_held(held, wanted.name, token.value);
  std::vector<std::string> entries = {
      "LOCKD_LOCK=" + flags.title(),
      "LOCKD_TOKEN=" + std::to_string(token.value),
      "LOCKD_SESSION=" + std::to_string(cluster.driver().session().value_or(lock::SessionId()).value),
      "LOCKD_HELD=" + held,
      "LOCKD_ENDPOINTS=" + join(cluster.endpoints(), ","),
  };
  if (!global.ns.empty()) entries.push_back("LOCKD_NS=" + global.ns);
  return entries;
}

int terminal_to_hand_over() {
  const bool ours =
      ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1 && ::tcgetpgrp(STDIN_FILENO) == ::getpgrp();
  return ours ? STDIN_FILENO : -1;
}

int exit_code_of_status(int status) {
  return WIFSIGNALED(status) ? cli::kSignalBase + WTERMSIG(status) : WEXITSTATUS(status);
}

int code_of_exec_error(const std::string& command, int error) {
  complain("cannot execute '" + command + "': " + std::strerror(error));
  return error == ENOENT || error == ENOTDIR ? cli::kNotFound : cli::kNotExecutable;
}

void tell_of_leftovers(const Global& global, const CommandEnd& end, const std::string& lock) {
  if (end.left_behind > 0) {
    say(global.quiet, "ended " + processes(end.left_behind) +
                          " that the command left behind, before giving " + lock + " back");
  }
  if (end.not_permitted > 0) {
    complain("may not signal " + processes(end.not_permitted) +
             " of the command: still running without the lock");
  }
}

}  // namespace lockctl
