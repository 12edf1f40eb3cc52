// lockctl once: the first caller runs the command, and all learn its outcome.
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "cli/common/exit_code.hpp"
#include "cli/lockctl/acquire_lock.hpp"
#include "cli/lockctl/endpoints.hpp"
#include "cli/lockctl/guard.hpp"
#include "cli/lockctl/say.hpp"
#include "cli/lockctl/tee.hpp"
#include "cli/lockctl/under_lock.hpp"
#include "cli/lockctl/verbs.hpp"

namespace lockctl {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kKeptBytes = 508 * 1024;  // with it a request fits a frame

int fail(const std::string& line, int code = cli::kFailed) {
  return complain(line), code;
}

lock::Once request_of(const Global& global, const Once& once) {
  return {global.full_name(once.lock.name),
          once.keep,
          once.attempts,
          once.on_fail,
          once.input,
          !once.lock.no_wait,
          once.lock.note};
}

// How long ago an outcome was written that was there before this one asked.
std::string age_of(Cluster& cluster, const Global& global, const Once& once) {
  const auto finished = cluster.ask(lock::Query(lock::GetStatus{global.full_name(once.lock.name)}), 1s);
  const auto* reply = std::get_if<lock::Reply>(&finished.outcome);
  const auto* view = reply ? std::get_if<lock::NameView>(reply) : nullptr;
  return view && view->record ? ", " + roughly(view->record->age) + " ago" : "";
}

int replay(Cluster& cluster, const Global& global, const Once& once, const lock::OnceEnded& ended,
           bool waited) {
  const auto age = global.quiet || waited ? "" : age_of(cluster, global, once);
  cluster.close();
  print(std::string(ended.output.view()));
  const auto& name = once.lock.name;
  if (ended.state == "lost") {
    return fail(name + ": nobody knows its outcome: all of its " + std::to_string(ended.attempt) +
                    " attempts ended without telling one, the last by " + ended.runner +
                    "; `lockctl status " + name + " --clear` lets it run anew",
                cli::kUnknownOutcome);
  }
  say(global.quiet, name + " was run by " + ended.runner + age + ", attempt " +
                        std::to_string(ended.attempt) + ": code " + std::to_string(ended.code));
  if (ended.cut) complain("the output above is not whole: the servers keep no more of it");
  return static_cast<int>(std::clamp<std::int64_t>(ended.code, 0, 255));
}

// What a value may have now.
std::size_t value_limit(Cluster& cluster) {
  const auto finished = cluster.ask(lock::Query(lock::GetSettings{}), 2s);
  const auto* reply = std::get_if<lock::Reply>(&finished.outcome);
  const auto* settings = reply ? std::get_if<lock::Settings>(reply) : nullptr;
  if (settings) {
    for (const auto& setting : settings->settings) {
      if (setting.name == "value_bytes") return setting.value;
    }
  }
  return lock::Limits().value_bytes;
}

// One caller who was granted the run.
class Runner {
 public:
  struct Granted {
    lock::Token token;
    std::uint32_t attempt = 0;
    lock::Sequence sequence;
  };
  Runner(const Global& global, const Once& once, Cluster& cluster, const Granted& run)
      : global_(global), once_(once), cluster_(cluster), run_(run) {}

  int operator()(Signals& signals, guard::Guard& guard, const cli::KillPlan& plan, int terminal, Tee& tee) {
    Signals told(cluster_.io(), {SIGHUP, SIGINT, SIGQUIT, SIGTERM}, [&](int) { told_ = true; });
    if (run_.attempt > 1) {
      say(global_.quiet, once_.lock.name + ": attempt " + std::to_string(run_.attempt) + " of " +
                             std::to_string(once_.attempts) + ": it was begun before, and is not done");
    }
    auto environment = environment_under(global_, cluster_, once_.lock, run_.token);
    environment.push_back("LOCKD_ATTEMPT=" + std::to_string(run_.attempt));
    tee.start();
    Supervisor supervisor({cluster_.io(), [this] { return cluster_.driver().session_deadline(); }}, signals,
                          guard, {once_.lock.name, once_.lock.ttl, plan, false, terminal, global_.quiet});
    cluster_.driver().on_lost([&](lock::Token token, const std::string& why) {
      if (token == run_.token) supervisor.taken(why);
    });
    const auto end = supervisor.run(environment);
    cluster_.driver().on_lost({});
    pass_on(tee);
    return judge(end, terminal, tee);
  }

 private:
  // The lease is renewed meanwhile; a signal ends the waiting for a slow reader.
  void pass_on(Tee& tee) {
    tee.stop();
    while (!tee.done() && !told_) cluster_.io().run_one_for(5ms);
  }

  int judge(const CommandEnd& end, int terminal, const Tee& tee) {
    if (end.exec_error != 0) {
      hand_on();
      return code_of_exec_error(once_.command.front(), end.exec_error);
    }
    tell_of_leftovers(global_, end, once_.lock.name);
    if (end.lost) {
      if (!end.session_expired) end_run();
      return cli::kLost;
    }
    const int code = exit_code_of_status(end.status);
    const bool by_keys = terminal >= 0 && WIFSIGNALED(end.status) &&
                         (WTERMSIG(end.status) == SIGINT || WTERMSIG(end.status) == SIGQUIT);
    // Somebody ended this caller, not the job: it has no outcome yet.
    if (code != 0 && (told_ || by_keys)) {
      say(global_.quiet, once_.lock.name + " was interrupted: the next who asks runs it");
      hand_on();
      return code;
    }
    if (!tee.done()) {
      end_run();
      return fail("what the command printed was not read: its outcome is not recorded", cli::kUnknownOutcome);
    }
    return record(code, tee.kept(), tee.cut());
  }

  void hand_on() {
    cluster_.ask(lock::Operation(lock::Leave{run_.sequence}), 2s);
    cluster_.close();
  }

  // Also confirms a break.
  void end_run() {
    cluster_.ask(lock::Operation(lock::Release{global_.full_name(once_.lock.name), run_.token}), 2s);
    cluster_.close();
  }

  client::Outcome finish(int code, const std::string& output, bool cut) {
    const auto name = global_.full_name(once_.lock.name);
    return cluster_
        .ask(lock::Operation(lock::FinishOnce{name, run_.token, code, base::Bytes(output), cut}),
             std::max<base::Duration>(global_.timeout, once_.lock.ttl))
        .outcome;
  }

  static const lock::Refused* refused(const client::Outcome& outcome) {
    const auto* reply = std::get_if<lock::Reply>(&outcome);
    return reply ? std::get_if<lock::Refused>(reply) : nullptr;
  }

  int record(int code, std::string output, bool cut) {
    const auto shorten = [&] {
      const auto most = value_limit(cluster_);
      cut = cut || output.size() > most;
      output.resize(std::min(output.size(), most));
    };
    if (output.size() > lock::Limits().value_bytes) shorten();
    auto outcome = finish(code, output, cut);
    if (refused(outcome) && !output.empty()) {
      shorten();
      outcome = finish(code, output, cut);
    }
    if (cut)
      say(global_.quiet,
          "others see only the first " + std::to_string(output.size()) + " bytes of this output");
    return learn(code, outcome);
  }

  int learn(int code, const client::Outcome& outcome) {
    const auto& name = once_.lock.name;
    const auto* reply = std::get_if<lock::Reply>(&outcome);
    if (!reply) {
      return fail(name + " ended with code " + std::to_string(code) +
                      "; whether that was recorded is unknown: " +
                      why_not_reached(cluster_.endpoints(), global_.timeout),
                  cli::kUnknownOutcome);
    }
    cluster_.close();
    if (const auto* done = std::get_if<lock::OnceFinished>(reply)) {
      if (done->state == "pending") say(global_.quiet, name + " failed: the next who asks runs it again");
      return code;
    }
    if (const auto* why = std::get_if<lock::Refused>(reply))
      return fail(name + " ended with code " + std::to_string(code) + ", which was not recorded: " + why->why,
                  cli::kUnknownOutcome);
    if (std::holds_alternative<lock::StaleToken>(*reply) ||
        std::holds_alternative<lock::SessionExpired>(*reply))
      return fail(name + " was lost before its outcome was recorded: the result counts for nothing",
                  cli::kLost);
    return fail(std::string("the server gave an answer that does not belong to the question: ") +
                    lock::name_of(*reply),
                cli::kUnknownOutcome);
  }

  const Global& global_;
  const Once& once_;
  Cluster& cluster_;
  Granted run_;
  bool told_ = false;
};

}  // namespace

int carry_out(const Global& global, const Once& once) {
  const auto plan = cli::kill_plan(once.lock.ttl, once.kill_after);
  if (!plan) return fail(plan.error());
  const auto endpoints = find_endpoints(global);
  if (!endpoints) return fail(endpoints.error());
  const int terminal = terminal_to_hand_over();
  const auto tee = Tee::begin(kKeptBytes);
  if (!tee) return fail(tee.error());
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const guard::Plan guarded{once.command, plan->kill_after, plan->margin, terminal};
  auto guard = guard::start(guarded);
  tee.value()->restore();
  if (!guard.started()) return fail(std::string("cannot start a process: ") + std::strerror(errno));

  Cluster cluster(endpoints.value(), once.lock.ttl, "once " + join(once.command, " "));
  Signals signals(cluster.io(), {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH}, nullptr);
  const auto waited = wait_for(cluster, signals, global, once.lock, request_of(global, once));
  const auto* reply = std::get_if<lock::Reply>(&waited.outcome);
  const auto* granted = reply ? std::get_if<lock::Granted>(reply) : nullptr;
  const auto* ended = reply ? std::get_if<lock::OnceEnded>(reply) : nullptr;
  if (granted && !waited.signal) {
    return Runner(global, once, cluster, {granted->token, granted->attempt, waited.sequence})(
        signals, guard, plan.value(), terminal, *tee.value());
  }
  if (ended) return replay(cluster, global, once, *ended, waited.queued);
  const auto judged = waited.signal ? Acquired(Interrupted{*waited.signal})
                                    : judge_waiting(waited, cluster, global, once.lock, false);
  cluster.close();
  return exit_code_of(judged, global, once.lock, cli::kFailed, cli::kFailed);
}

}  // namespace lockctl
