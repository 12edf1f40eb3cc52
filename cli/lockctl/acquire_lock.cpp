#include "cli/lockctl/acquire_lock.hpp"

#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdlib>

#include "cli/common/exit_code.hpp"
#include "cli/common/held.hpp"
#include "cli/lockctl/endpoints.hpp"
#include "cli/lockctl/say.hpp"
#include "core/base/duration.hpp"
#include "core/base/overload.hpp"

namespace lockctl {
namespace {

using namespace std::chrono_literals;

// Tells while the request waits in the queue: in place on a terminal, a line for each change with -v
// elsewhere.
class WaitingLine {
 public:
  WaitingLine(boost::asio::io_context& io, const Global& global, const std::string& name)
      : timer_(io),
        name_(name),
        terminal_(!global.quiet && stderr_is_terminal()),
        lines_(!terminal_ && global.verbose) {}

  void update(const lock::Queued& queued) {
    const bool first = !queued_;
    queued_ = queued;
    since_ = net::now() - queued.held_for;
    if (lines_) complain(text());
    if (terminal_ && first) tick();
  }

 private:
  std::string text() const {
    const auto place =
        queued_->ahead == 0 ? "next in the queue" : std::to_string(queued_->ahead) + " ahead in the queue";
    const auto holder = queued_->holder.empty() ? "waiting for " + name_
                                                : "waiting for " + name_ + ": held for " +
                                                      roughly(net::now() - since_) + " by " + queued_->holder;
    return holder + "; " + place;
  }
  void tick() {
    line_.show(text());
    timer_.expires_after(1s);
    timer_.async_wait([this, alive = std::weak_ptr(alive_)](const boost::system::error_code& error) {
      if (!error && !alive.expired()) tick();
    });
  }

  boost::asio::steady_timer timer_;
  std::string name_;
  bool terminal_;
  bool lines_;
  LiveLine line_;
  std::optional<lock::Queued> queued_;
  base::Instant since_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

// One attempt: its call, and what stops it before the servers answer.
struct Attempt {
  std::optional<client::Outcome> outcome;
  std::optional<int> signal;
  bool reached = false;
};

// Locks are not re-entrant: who waits without an end for the lock that its own command runs under waits for
// ever.
std::optional<Deadlock> waits_for_itself(const LockFlags& flags) {
  const char* held = std::getenv("LOCKD_HELD");
  const auto token = held ? cli::token_held(held, flags.name) : std::nullopt;
  if (!token || flags.no_wait || flags.wait) return std::nullopt;
  return Deadlock{flags.name + " is held by the `lockctl run` that this runs under (token " +
                  std::to_string(*token) + "): it would wait for itself; use -n or -w to try all the same"};
}

Acquired judge(const Attempt& attempt, Cluster& cluster, const Global& global, const LockFlags& flags) {
  const auto not_reached = [&] {
    return NotReached{
        why_not_reached(cluster.endpoints(), std::min(global.timeout, flags.wait.value_or(global.timeout)))};
  };
  const auto in_time = [&](const std::string& how) {
    return NotInTime{flags.name + " was not acquired" + how};
  };
  const auto within = [&] {
    return in_time(flags.wait ? " within " + base::format_duration(*flags.wait) : " in time");
  };
  const auto reply = [&](const lock::Reply& answer) -> Acquired {
    if (const auto* granted = std::get_if<lock::Granted>(&answer)) return Granted{granted->token};
    if (const auto* held = std::get_if<lock::Held>(&answer)) {
      return in_time(": held for " + roughly(held->held_for) + " by " + held->holder);
    }
    if (std::holds_alternative<lock::Cancelled>(answer)) return within();
    if (const auto* refused = std::get_if<lock::Refused>(&answer)) return Refused{refused->why};
    if (std::holds_alternative<lock::SessionExpired>(answer))
      return Refused{"the session expired while waiting"};
    return Refused{std::string("the server gave an answer that does not belong to the question: ") +
                   lock::name_of(answer)};
  };
  return std::visit(base::Overload{[&](const lock::Reply& answer) -> Acquired { return reply(answer); },
                                   [&](const client::TimedOut&) -> Acquired {
                                     return attempt.reached ? Acquired(within()) : Acquired(not_reached());
                                   },
                                   [&](const client::Unknown&) -> Acquired {
                                     return attempt.reached ? Acquired(OutcomeUnknown{})
                                                            : Acquired(not_reached());
                                   }},
                    *attempt.outcome);
}

}  // namespace

Acquired acquire_lock(Cluster& cluster, Signals& signals, const Global& global, const LockFlags& flags,
                      std::optional<lock::Millis> detached) {
  if (const auto deadlock = waits_for_itself(flags)) return *deadlock;
  Attempt attempt;
  const auto name = global.full_name(flags.name);
  WaitingLine line(cluster.io(), global, flags.name);
  const auto within = flags.no_wait ? std::optional(global.timeout) : flags.wait;
  const auto call = cluster.driver().begin(
      lock::Operation(lock::Acquire{name, !flags.no_wait, detached, flags.note}), within,
      [&](const client::Finished& finished) { attempt.outcome = finished.outcome; },
      [&](const lock::Queued& queued) { line.update(queued); });
  boost::asio::steady_timer reach(cluster.io(), global.timeout);
  reach.async_wait([&cluster, call](const boost::system::error_code& error) {
    if (!error && !cluster.driver().session()) cluster.driver().give_up(call);
  });
  signals.handle([&](int signal) {
    if (attempt.signal || signal == SIGWINCH) return;
    attempt.signal = signal;
    cluster.driver().give_up(call);
  });
  while (!attempt.outcome) {
    cluster.io().run_one();
    attempt.reached = attempt.reached || cluster.driver().session().has_value();
  }
  signals.handle(nullptr);
  auto acquired = judge(attempt, cluster, global, flags);
  if (!attempt.signal) return acquired;
  if (const auto* granted = std::get_if<Granted>(&acquired)) {
    cluster.ask(lock::Operation(lock::Release{name, granted->token}), 2s);
  }
  return Interrupted{*attempt.signal};
}

int exit_code_of(const Acquired& acquired, const Global& global, const LockFlags& flags, int not_reached_code,
                 int refused_code) {
  const auto with = [](const std::string& line, int code) { return complain(line), code; };
  return std::visit(
      base::Overload{
          [](const Granted&) -> int { return cli::kYes; },
          [&](const NotInTime& late) {
            say(global.quiet, late.why);
            return flags.timeout_code;
          },
          [&](const NotReached& absent) { return with(absent.why, not_reached_code); },
          [&](const OutcomeUnknown&) -> int {
            return with("whether " + flags.name +
                            " was acquired is unknown: the cluster was lost while asking; "
                            "a hold that nobody renews ends by itself",
                        cli::kUnknownOutcome);
          },
          [&](const Refused& refused) { return with(flags.name + ": " + refused.why, refused_code); },
          [&](const Deadlock& deadlock) { return with(deadlock.why, cli::kDeadlock); },
          [](const Interrupted& by) -> int { return cli::kSignalBase + by.signal; }},
      acquired);
}

}  // namespace lockctl
