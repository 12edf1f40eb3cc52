// lockctl run: take the lock, run the command under it, give it back.
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/common/exit_code.hpp"
#include "cli/common/held.hpp"
#include "cli/common/kill_plan.hpp"
#include "cli/lockctl/acquire_lock.hpp"
#include "cli/lockctl/endpoints.hpp"
#include "cli/lockctl/guard.hpp"
#include "cli/lockctl/say.hpp"
#include "cli/lockctl/supervisor.hpp"
#include "cli/lockctl/verbs.hpp"

namespace lockctl {
namespace {

using namespace std::chrono_literals;

int fail(const std::string& line) {
  return complain(line), cli::kFailed;
}

std::string inherited(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::vector<std::string> environment_of(const Global& global, const Run& run, Cluster& cluster,
                                        lock::Token token) {
  std::vector<std::string> entries = {
      "LOCKD_LOCK=" + run.lock.name,
      "LOCKD_TOKEN=" + std::to_string(token.value),
      "LOCKD_SESSION=" + std::to_string(cluster.driver().session().value_or(lock::SessionId()).value),
      "LOCKD_HELD=" + cli::add_held(inherited("LOCKD_HELD"), run.lock.name, token.value),
      "LOCKD_ENDPOINTS=" + join(cluster.endpoints(), ","),
  };
  if (!global.ns.empty()) entries.push_back("LOCKD_NS=" + global.ns);
  return entries;
}

// To be handed over only by a job that has it to itself: in a pipeline the others need it as well.
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

// Whether the hold stood until now. The servers end the session by themselves when they can't be asked.
bool give_back(Cluster& cluster, const Global& global, const Run& run, lock::Token token, bool lost) {
  const auto answer = cluster.ask(lock::Operation(lock::Release{global.full_name(run.lock.name), token}), 2s);
  const auto* reply = std::get_if<lock::Reply>(&answer.outcome);
  if (!reply && lost) return true;
  if (!reply) {
    complain("could not give " + run.lock.name +
             " back: the cluster does not answer; it is free when the lease of " + roughly(run.lock.ttl) +
             " has ended");
    return true;
  }
  cluster.close();
  return !std::holds_alternative<lock::NotHeld>(*reply);
}

int finish(const CommandEnd& end, Cluster& cluster, const Global& global, const Run& run, lock::Token token) {
  const bool stood = end.session_expired || give_back(cluster, global, run, token, end.lost);
  if (end.exec_error != 0) return code_of_exec_error(run.command.front(), end.exec_error);
  if (end.left_behind > 0) {
    say(global.quiet, "ended " + std::to_string(end.left_behind) + " process" +
                          (end.left_behind == 1 ? "" : "es") +
                          " that the command left behind, before giving " + run.lock.name + " back");
  }
  if (end.not_permitted > 0) {
    complain("may not signal " + std::to_string(end.not_permitted) + " process" +
             (end.not_permitted == 1 ? "" : "es") + " of the command: still running without the lock");
  }
  if (end.lost) return cli::kLost;
  if (!stood) {
    complain(run.lock.name + " was lost: its token " + std::to_string(token.value) +
             " was released before the command ended");
    return cli::kLost;
  }
  return exit_code_of_status(end.status);
}

}  // namespace

int carry_out(const Global& global, const Run& run) {
  const auto plan = cli::kill_plan(run.lock.ttl, run.kill_after);
  if (!plan) return fail(plan.error());
  const auto endpoints = find_endpoints(global);
  if (!endpoints) return fail(endpoints.error());
  const int terminal = terminal_to_hand_over();
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const guard::Plan guarded{run.command, plan->kill_after, terminal};
  const auto guard = guard::start(guarded);
  if (guard.pid < 0) return fail(std::string("cannot start a process: ") + std::strerror(errno));

  Cluster cluster(endpoints.value(), run.lock.ttl, "run " + join(run.command, " "));
  Signals signals(cluster.io(), {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH}, nullptr);
  const auto acquired = acquire_lock(cluster, signals, global, run.lock, std::nullopt);
  const auto* granted = std::get_if<Granted>(&acquired);
  if (!granted) {
    cluster.close();
    return exit_code_of(acquired, global, run.lock, cli::kFailed, cli::kFailed);
  }
  const SupervisorConfig config{run.lock.name,      run.lock.ttl, plan.value(),
                                run.warn_when_lost, terminal,     global.quiet};
  const auto end =
      supervise(cluster, signals, guard, config, environment_of(global, run, cluster, granted->token));
  return finish(end, cluster, global, run, granted->token);
}

}  // namespace lockctl
