#include "cli/lockctl/acquire_lock.hpp"

#include "cli/common/exit_code.hpp"
#include "cli/lockctl/endpoints.hpp"
#include "cli/lockctl/say.hpp"
#include "core/base/duration.hpp"
#include "core/base/overload.hpp"

namespace lockctl {
namespace {

using namespace std::chrono_literals;

lock::Acquire request_of(const Global& global, const LockFlags& flags, std::optional<lock::Millis> detached) {
  lock::Acquire request;
  for (const auto& wanted : flags.locks)
    request.locks.push_back({global.full_name(wanted.name), wanted.mode});
  request.wait = !flags.no_wait;
  request.detached = detached;
  request.note = flags.note;
  request.max_hold = flags.max_hold;
  request.lock_delay = flags.lock_delay;
  request.queueing = flags.queueing;
  return request;
}

// A line a link, as the servers tell the cycle: the first is the one that asked.
Deadlock deadlock(const Global& global, const LockFlags& flags, const lock::Deadlock& refused) {
  const auto& cycle = refused.cycle;
  if (cycle.size() <= 1) {
    return {{flags.title() + " would wait for itself: this very owner holds " +
             (cycle.empty() ? flags.title() : global.short_name(cycle.front().waits_for)) +
             "; a shared hold can't become exclusive: release it first"}};
  }
  Deadlock out{{"waiting for " + flags.title() + " would never end; each of these waits for the next:"}};
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    out.lines.push_back("  " + cycle[i].who + (i == 0 ? " (this one)" : "") + " waits for " +
                        global.short_name(cycle[i].waits_for) +
                        (i + 1 == cycle.size() ? ", which the first one holds" : ""));
  }
  return out;
}

// As the servers word it where only the owner's own end could free the name.
bool waits_for_itself(const lock::Refused& refused) {
  return refused.why.starts_with("this owner holds it already") ||
         refused.why.starts_with("this owner runs it as a once");
}

Acquired judge_reply(const lock::Reply& answer, const Global& global, const LockFlags& flags) {
  const auto in_time = [&](const std::string& how) {
    return NotInTime{flags.title() + " was not acquired" + how};
  };
  if (const auto* granted = std::get_if<lock::Granted>(&answer))
    return Granted{granted->token, granted->ends_by, granted->entries};
  if (const auto* held = std::get_if<lock::Held>(&answer)) {
    return in_time(held->holder.empty() ? ": nobody gets it yet, after an end that was not clean or a break"
                                        : ": held for " + roughly(held->held_for) + " by " + held->holder);
  }
  if (std::holds_alternative<lock::Cancelled>(answer))
    return in_time(flags.wait ? " within " + base::format_duration(*flags.wait) : " in time");
  if (const auto* superseded = std::get_if<lock::Superseded>(&answer))
    return in_time(": " + superseded->by + " came later and took its place in the queue (--queue newest)");
  if (const auto* cycle = std::get_if<lock::Deadlock>(&answer)) return deadlock(global, flags, *cycle);
  if (const auto* refused = std::get_if<lock::Refused>(&answer)) {
    if (waits_for_itself(*refused))
      return Deadlock{{flags.title() + " would wait for itself: " + refused->why}};
    return Refused{refused->why};
  }
  if (std::holds_alternative<lock::SessionExpired>(answer)) return SessionLost{};
  return Refused{std::string("the server gave an answer that does not belong to the question: ") +
                 lock::name_of(answer)};
}

}  // namespace

Acquired judge_waiting(const Waited& waited, Cluster& cluster, const Global& global, const LockFlags& flags,
                       bool leaves_something) {
  const auto not_reached = [&] {
    return NotReached{
        why_not_reached(cluster.endpoints(), std::min(global.timeout, flags.wait.value_or(global.timeout)))};
  };
  const auto late = [&] {
    return NotInTime{flags.title() + " was not acquired" +
                     (flags.wait ? " within " + base::format_duration(*flags.wait) : " in time") +
                     (waited.reached ? "" : ": no server has answered yet")};
  };
  // The time to wait has passed, however little that was: nobody can say that the cluster is away.
  const bool in_vain = flags.wait && !waited.silent;
  return std::visit(
      base::Overload{[&](const lock::Reply& answer) { return judge_reply(answer, global, flags); },
                     [&](const client::TimedOut&) -> Acquired {
                       const bool heard = waited.reached && !waited.silent;
                       return heard || in_vain ? Acquired(late()) : Acquired(not_reached());
                     },
                     // What is bound to the session ends with it: nothing is left behind.
                     [&](const client::Unknown&) -> Acquired {
                       if (in_vain && (!waited.reached || !leaves_something)) return late();
                       const bool nothing = !waited.reached || (waited.silent && !leaves_something);
                       return nothing ? Acquired(not_reached()) : Acquired(OutcomeUnknown{});
                     }},
      waited.outcome);
}

Acquired acquire_lock(Cluster& cluster, Signals& signals, const Global& global, const LockFlags& flags,
                      std::optional<lock::Millis> detached) {
  const auto waited = wait_for(cluster, signals, global, flags, request_of(global, flags, detached));
  auto acquired = judge_waiting(waited, cluster, global, flags, detached.has_value());
  if (auto* granted = std::get_if<Granted>(&acquired)) granted->sequence = waited.sequence;
  if (!waited.signal) return acquired;
  // An outer lockctl of the same owner keeps its hold.
  bool given_back = !std::holds_alternative<OutcomeUnknown>(acquired);
  if (std::holds_alternative<Granted>(acquired)) {
    const auto left = cluster.ask(lock::Operation(lock::Leave{waited.sequence}), 2s);
    given_back = std::holds_alternative<lock::Reply>(left.outcome);
  }
  // A detached hold outlives the session, so a signal must not hide that there may be one.
  if (detached && !given_back) return OutcomeUnknown{};
  return Interrupted{*waited.signal};
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
            return with("whether " + flags.title() +
                            " was acquired is unknown: the cluster was lost while asking; "
                            "a hold that nobody renews ends by itself",
                        cli::kUnknownOutcome);
          },
          [&](const Refused& refused) { return with(flags.title() + ": " + refused.why, refused_code); },
          [&](const SessionLost&) {
            return with(flags.title() + ": the session expired while waiting", refused_code);
          },
          [&](const Deadlock& refused) -> int {
            for (const auto& line : refused.lines) complain(line);
            return cli::kDeadlock;
          },
          [](const Interrupted& by) -> int { return cli::kSignalBase + by.signal; }},
      acquired);
}

}  // namespace lockctl
