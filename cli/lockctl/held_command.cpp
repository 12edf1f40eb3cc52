#include "cli/lockctl/held_command.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <sys/prctl.h>

#include "cli/common/exit_code.hpp"
#include "cli/common/kill_plan.hpp"
#include "cli/lockctl/acquire_lock.hpp"
#include "cli/lockctl/endpoints.hpp"
#include "cli/lockctl/guard.hpp"
#include "cli/lockctl/say.hpp"
#include "cli/lockctl/supervisor.hpp"
#include "cli/lockctl/under_lock.hpp"
#include "core/base/duration.hpp"

namespace lockctl {
namespace {

using namespace std::chrono_literals;

// By a session of its own, the first one being closed: a name that was broken is free at once.
void confirm_break(Cluster& cluster, const Global& global, const HeldCommand& held, lock::Token token) {
  Cluster anew(cluster.endpoints(), kSessionTtl, held.verb);
  anew.ask(lock::Operation(lock::Release{global.full_name(held.lock.name), token}), 2s);
  anew.close();
}

// Whether the hold stood until now. The servers end the session by themselves when they can't be asked.
//
// The session's end goes out behind the release, not after its answer: one round for both.
// Where an outer lockctl holds the same, only this one's part of it ends, with the session.
bool give_back(Cluster& cluster, const Global& global, const HeldCommand& held, const Granted& granted,
               bool lost) {
  std::optional<client::Finished> released, closed;
  cluster.begin(lock::Operation(lock::Leave{granted.sequence}), 2s,
                [&](const client::Finished& finished) { released = finished; });
  cluster.begin(client::CloseSession{}, 2s, [&](const client::Finished& finished) { closed = finished; });
  while (!released || !closed) {
    if (cluster.io().stopped()) cluster.io().restart();
    cluster.io().run_one();
  }
  if (const auto* reply = std::get_if<lock::Reply>(&released->outcome)) {
    if (!std::holds_alternative<lock::NotHeld>(*reply)) return true;
    confirm_break(cluster, global, held, granted.token);
    return false;
  }
  const bool over = std::holds_alternative<lock::Reply>(closed->outcome);
  if (!over && !lost) {
    complain("could not give " + held.lock.title() +
             " back: the cluster does not answer; it is free when the lease of " + roughly(held.lock.ttl) +
             " has ended");
  }
  return true;
}

HeldEnd finish(const CommandEnd& end, Cluster& cluster, const Global& global, const HeldCommand& held,
               const Granted& granted) {
  // A longest hold ends at the servers, by itself: given back it would end cleanly, without its lock delay.
  const bool stood =
      end.session_expired || end.over_max || give_back(cluster, global, held, granted, end.lost);
  const int code = code_of(end, global, held);
  if (end.exec_error != 0) return {code};
  if (end.lost) return {code, After::lost};
  if (!stood) {
    complain(held.lock.title() + " was lost: its token " + std::to_string(granted.token.value) +
             " was released before the command ended");
    return {cli::kLost, After::lost};
  }
  return {code};
}

// Nobody is to blame that a cluster is away or forgot the session: it may be back.
After after(const Acquired& acquired) {
  const bool away = std::holds_alternative<NotReached>(acquired) ||
                    std::holds_alternative<OutcomeUnknown>(acquired) ||
                    std::holds_alternative<SessionLost>(acquired);
  return away ? After::not_reached : After::over;
}

}  // namespace

int code_of(const CommandEnd& end, const Global& global, const HeldCommand& held) {
  if (end.exec_error != 0) return code_of_exec_error(held.command.front(), end.exec_error);
  tell_of_leftovers(global, end, held.lock.title());
  return end.lost ? cli::kLost : exit_code_of_status(end.status);
}

HeldEnd run_held(const Global& global, const HeldCommand& held) {
  const auto failed = [](const std::string& line) { return complain(line), HeldEnd{cli::kFailed}; };
  const auto plan = cli::kill_plan(held.lock.ttl, held.kill_after, held.lock.max_hold);
  if (!plan) return failed(plan.error());
  const auto endpoints = find_endpoints(global);
  if (!endpoints) return failed(endpoints.error());
  const int terminal = terminal_to_hand_over();
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  auto guard = guard::start({held.command, plan->kill_after, plan->margin, terminal});
  if (!guard.started()) return failed(std::string("cannot start a process: ") + std::strerror(errno));

  Cluster cluster(endpoints.value(), held.lock.ttl, held.verb + " " + join(held.command, " "));
  Signals signals(cluster.io(), {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH}, nullptr);
  const auto acquired = acquire_lock(cluster, signals, global, held.lock, std::nullopt);
  const auto* granted = std::get_if<Granted>(&acquired);
  if (!granted) {
    cluster.close();
    return {exit_code_of(acquired, global, held.lock, cli::kFailed, cli::kFailed), after(acquired)};
  }
  const SupervisorConfig config{held.lock.title(),
                                held.lock.ttl,
                                plan.value(),
                                held.warn_when_lost,
                                terminal,
                                global.quiet,
                                held.lock.max_hold.value_or(lock::Millis(0))};
  const auto deadline = [&] { return cluster.driver().hold_deadline(granted->ends_by); };
  const auto at_longest = [&] { return deadline() < cluster.driver().session_deadline(); };
  Supervisor supervisor({cluster.io(), deadline, at_longest}, signals, guard, config);
  cluster.driver().on_lost([&](lock::Token token, const std::string& why) {
    if (token == granted->token) supervisor.taken(why);
  });
  const auto end = supervisor.run(environment_under(global, cluster, held.lock, granted->token));
  cluster.driver().on_lost({});
  return finish(end, cluster, global, held, *granted);
}

}  // namespace lockctl
