// lockctl run --red: the command runs while a majority of clusters stands by it.
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <random>
#include <sys/prctl.h>

#include "cli/common/exit_code.hpp"
#include "cli/common/kill_plan.hpp"
#include "cli/lockctl/endpoints.hpp"
#include "cli/lockctl/held_command.hpp"
#include "cli/lockctl/red.hpp"
#include "cli/lockctl/say.hpp"
#include "cli/lockctl/signals.hpp"
#include "cli/lockctl/under_lock.hpp"
#include "core/base/duration.hpp"

namespace lockctl {
namespace {

using namespace std::chrono_literals;

// What stands between two tries: at random, so that two who split the clusters between them don't do so for
// ever.
base::Duration random_pause() {
  std::random_device random;
  return std::chrono::milliseconds(20 + random() % 180);
}

class RedRun {
 public:
  RedRun(const Global& global, const HeldCommand& held, Red& red, boost::asio::io_context& io,
         base::Duration needed)
      : global_(global), held_(held), red_(red), io_(io), needed_(needed) {
    if (held.lock.wait) until_ = net::now() + *held.lock.wait;
  }

  void interrupt(int signal) { signal_ = signal_.value_or(signal); }

  // Nothing: a majority is held. Else the exit code.
  std::optional<int> acquire() {
    const auto code = try_until_decided();
    line_.clear();
    return code;
  }

  void close() {
    red_.close();
    while (!red_.closed()) step();
  }

 private:
  std::optional<int> try_until_decided() {
    for (;;) {
      red_.begin_try();
      while (!red_.decided() && !signal_ && !silent() && !too_late()) step();
      const auto granted = red_.granted();
      const bool held = granted >= red_.majority() && red_.validity() > needed_ && red_.deadline();
      if (held && !signal_) return std::nullopt;
      const bool away = silent() || (held_.lock.no_wait && red_.answered() < red_.majority());
      const auto why = away && !signal_ ? why_silent() : std::string();
      red_.give_back();
      const auto patience = net::now() + held_.lock.ttl + 5s;
      while (!red_.settled() && net::now() < patience) {
        step();
        red_.give_back();
      }
      if (signal_) return cli::kSignalBase + *signal_;
      if (away) return complain(why), cli::kFailed;
      tell(granted);
      const auto pause = net::now() + random_pause();
      if (held_.lock.no_wait || (until_ && pause >= *until_)) return not_in_time(granted);
      while (net::now() < pause && !signal_) step();
      if (signal_) return cli::kSignalBase + *signal_;
    }
  }

  void step() {
    if (io_.stopped()) io_.restart();
    io_.run_one_for(5ms);
  }

  bool too_late() const { return until_ && net::now() >= *until_; }
  bool silent() const { return red_.silent_for() >= global_.timeout; }

  std::string why_silent() const {
    std::string why;
    for (const auto& endpoints : red_.silent())
      why += (why.empty() ? "" : "; ") +
             why_not_reached(endpoints, std::min(global_.timeout, red_.silent_for()));
    return "no majority of the " + std::to_string(red_.clusters()) + " clusters answers: " + why;
  }

  // As one who waits for a single cluster is told: in place on a terminal, each change with -v elsewhere.
  void tell(std::size_t granted) {
    const auto text = "waiting for " + held_.lock.title() + ": " + std::to_string(granted) + " of " +
                      std::to_string(red_.clusters()) + " clusters granted it, " +
                      std::to_string(red_.answered()) + " answered";
    if (red_.silent_for() >= 5s) {
      say(global_.quiet, "no majority of the clusters has answered for " +
                             roughly(std::chrono::floor<std::chrono::seconds>(red_.silent_for())) +
                             "; still trying");
    }
    if (text == told_) return;
    told_ = text;
    if (global_.quiet) return;
    if (stderr_is_terminal()) {
      line_.show(text);
    } else if (global_.verbose) {
      complain(text);
    }
  }

  int not_in_time(std::size_t granted) const {
    say(global_.quiet,
        held_.lock.title() + " was not acquired" +
            (held_.lock.wait ? " within " + base::format_duration(*held_.lock.wait) : std::string()) + ": " +
            std::to_string(granted) + " of " + std::to_string(red_.clusters()) + " clusters granted it, " +
            std::to_string(red_.majority()) + " are needed");
    return held_.lock.timeout_code;
  }

  const Global& global_;
  const HeldCommand& held_;
  Red& red_;
  boost::asio::io_context& io_;
  base::Duration needed_;
  std::optional<base::Instant> until_;
  std::optional<int> signal_;
  LiveLine line_;
  std::string told_;
};

lock::Acquire request_of(const Global& global, const LockFlags& flags) {
  lock::Acquire request;
  for (const auto& wanted : flags.locks)
    request.locks.push_back({global.full_name(wanted.name), wanted.mode});
  request.note = flags.note;
  request.lock_delay = flags.lock_delay;
  return request;
}

}  // namespace

int run_red(const Global& global, const HeldCommand& held) {
  const auto failed = [](const std::string& line) { return complain(line), cli::kFailed; };
  if (held.lock.max_hold)
    return failed("--max-hold can't be had with --red: no cluster knows when a majority began");
  const auto clusters = parse_clusters(global.endpoints);
  if (!clusters) return failed(clusters.error());
  const auto plan = cli::kill_plan(held.lock.ttl, held.kill_after);
  if (!plan) return failed(plan.error());
  const int terminal = terminal_to_hand_over();
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  auto guard = guard::start({held.command, plan->kill_after, plan->margin, terminal});
  if (!guard.started()) return failed(std::string("cannot start a process: ") + std::strerror(errno));

  boost::asio::io_context io(1);
  Signals signals(io, {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH}, nullptr);
  Red red(io, clusters.value(), request_of(global, held.lock), held.lock.ttl,
          "run " + join(held.command, " "));
  RedRun run(global, held, red, io, plan->kill_after + plan->margin);
  signals.handle([&](int signal) {
    if (signal != SIGWINCH) run.interrupt(signal);
  });
  if (const auto code = run.acquire()) return run.close(), *code;
  if (global.verbose) {
    complain(held.lock.title() + " is held on " + std::to_string(red.granted()) + " of " +
             std::to_string(red.clusters()) + " clusters; there is no token");
  }
  const SupervisorConfig config{held.lock.title(),   held.lock.ttl, plan.value(),
                                held.warn_when_lost, terminal,      global.quiet};
  CommandEnd end;
  {
    Supervisor supervisor({io, [&] { return red.deadline(); }}, signals, guard, config);
    // What an outer `lockctl run` left is not this lock's.
    end = supervisor.run({"LOCKD_LOCK=" + held.lock.title(), "LOCKD_TOKEN", "LOCKD_SESSION"});
  }
  run.close();
  return code_of(end, global, held);
}

}  // namespace lockctl
