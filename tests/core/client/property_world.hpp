// A client in a world of lost links, refusals, duplicates, delays and time-outs, against the real state
// machine.
#pragma once

#include <deque>
#include <map>
#include <rapidcheck.h>
#include <set>

#include "core/base/overload.hpp"
#include "core/base/random.hpp"
#include "core/client/client.hpp"
#include "core/client/fit.hpp"
#include "core/lock/machine.hpp"
#include "tests/core/client/skewed_clocks.hpp"

namespace client {

using base::Overload;
using namespace std::chrono_literals;

inline constexpr std::uint32_t kErrorPpm = 500;

// One replicated machine behind servers that come and go; real time by one clock, the servers' and the
// client's running at their own rates within the bound.
class World {
 public:
  World(std::uint64_t seed, std::int64_t server_ppm, std::int64_t client_ppm)
      : random_(seed), clocks_{server_ppm, client_ppm}, client_(config(seed)) {}

  void run(int steps) {
    for (int i = 0; i < steps; ++i) one_step(true);
    for (const auto& [call, question] : begun_) input(GiveUp{call});
    for (int i = 0; i < 4000 && finished_.size() < begun_.size(); ++i) one_step(false);
  }

  void check_every_call_finished_once() const {
    RC_ASSERT(finished_.size() == begun_.size());
    for (const auto& [call, outcomes] : finished_) RC_ASSERT(outcomes.size() == 1u);
  }
  // Every write of a record has a value of its own, so that its executions can be told apart.
  void check_writes_happened_as_told() const {
    for (const auto& [value, times] : executed_) RC_ASSERT(times == 1);
    for (const auto& [call, question] : begun_) {
      const auto* operation = std::get_if<lock::Operation>(&question);
      const auto* write = operation ? std::get_if<lock::SetStatus>(operation) : nullptr;
      if (!write) continue;
      const auto& outcome = finished_.at(call).front();
      const bool happened = executed_.contains(write->value);
      if (std::holds_alternative<TimedOut>(outcome)) RC_ASSERT(!happened);
      if (const auto* reply = std::get_if<lock::Reply>(&outcome)) {
        RC_ASSERT(happened == std::holds_alternative<lock::StatusSet>(*reply));
      }
    }
  }
  void check_changes_happened_as_told() const {
    for (const auto& [call, question] : begun_) {
      const auto* admin = std::get_if<lock::Admin>(&question);
      if (!admin) continue;
      const auto& outcome = finished_.at(call).front();
      if (std::holds_alternative<lock::GetMembers>(*admin)) {
        RC_ASSERT(!std::holds_alternative<Unknown>(outcome));
        continue;
      }
      const bool happened = changed_.contains(base::NodeId(call.value));
      if (std::holds_alternative<TimedOut>(outcome)) RC_ASSERT(!happened);
      if (std::holds_alternative<lock::Reply>(outcome)) RC_ASSERT(happened);
    }
  }
  // No hold stands that no call was told of, unless some call ended Unknown.
  void check_holds_are_known() const {
    for (const auto& [call, outcomes] : finished_) {
      if (std::holds_alternative<Unknown>(outcomes.front())) return;
    }
    for (const auto token : tokens_) RC_ASSERT(claimed_.contains(token));
  }
  const std::vector<std::uint64_t>& trace() const { return trace_; }

 private:
  static Config config(std::uint64_t seed) {
    Config c;
    c.endpoints = {"a:1", "b:1", "c:1"};
    c.session_ttl = lock::Millis(3000);
    c.seed = seed;
    c.reply_timeout = 400ms;
    c.connect_timeout = 300ms;
    c.cancel_grace = 500ms;
    c.clock_error_ppm = kErrorPpm;
    return c;
  }

  void one_step(bool faults) {
    clocks_.real += 1ms * random_.between(0, faults && random_.chance(20'000) ? 4000 : 30);
    if (wake_at_ && *wake_at_ <= clocks_.client_now()) input(TimerFired{});
    const auto what = random_.below(faults ? 20 : 8);
    if (what < 5) {
      deliver(faults);
    } else if (what < 8) {
      if (connecting_) input(Connected{*std::exchange(connecting_, std::nullopt)});
    } else if (what < 10) {
      begin();
    } else if (what == 10) {
      lose_link();
    } else if (what == 11) {
      tell(random_.chance(500'000) ? lock::Reply(lock::NotLeader{"b:1"}) : lock::Reply(lock::NotLeader{}),
           false);
    } else if (what == 12) {
      tell(lock::LeadershipLost{}, random_.chance(500'000));
    } else if (what == 13) {
      execute_a_late_copy();
    } else if (what == 14 && !replies_.empty()) {
      replies_.push_back(replies_.front());
    } else if (what == 15 && !begun_.empty() && random_.chance(200'000)) {
      input(GiveUp{CallId(1 + random_.below(last_call_.value))});
    } else if (what == 16) {
      apply({});
    }
    check_deadline();
  }

  void begin() {
    last_call_ = last_call_.next();
    const std::string name(1, static_cast<char>('a' + random_.below(2)));
    Question question = CloseSession{};
    switch (random_.below(11)) {
      case 0:
        question = lock::Operation(lock::Acquire{{{"b"}, {"a"}}, random_.chance(700'000), std::nullopt, {}});
        if (random_.chance(500'000)) question = lock::Operation(once());
        break;
      case 1:
        question = lock::Operation(lock::Acquire{{{name}}, random_.chance(700'000), std::nullopt, {}});
        break;
      case 2:
        question = lock::Operation(lock::Acquire{{{name}}, true, lock::Millis(2000), {}});
        break;
      case 3:
      case 4:
      case 5:
        question = lock::Operation(write());
        break;
      case 6:
        question = lock::Query(lock::GetStatus{name});
        break;
      case 7:
        question = lock::Query(lock::WaitStatus{name, std::nullopt});
        break;
      case 8:
        if (random_.chance(700'000)) question = lock::Query(lock::CheckHold{name, lock::Token(1)});
        break;
      case 9:
        question = lock::Admin(lock::ChangeMembers{{}, {base::NodeId(last_call_.value)}, {}});
        break;
      case 10:
        question = lock::Admin(lock::GetMembers{});
        break;
    }
    begun_.emplace(last_call_, question);
    std::optional<Duration> within;
    if (random_.chance(700'000)) within = 1ms * random_.between(0, 3000);
    input(Begin{last_call_, question, within});
  }

  static lock::Once once() {
    lock::Once o;
    o.name = "o";
    o.attempts = 1'000;
    return o;
  }
  lock::SetStatus write() {
    lock::SetStatus s;
    s.name = "s";
    s.state = "done";
    s.value = std::to_string(++last_value_);
    return s;
  }

  void input(const Input& what) {
    const auto effects = client_.step(clocks_.client_now(), what);
    for (const auto& send : effects.sends) {
      RC_ASSERT(link_ && send.link == *link_);
      requests_.push_back(send);
    }
    for (const auto& close : effects.closes) {
      RC_ASSERT(link_ && close.link == *link_);
      drop_link();
    }
    for (const auto& connect : effects.connects) {
      RC_ASSERT(!link_);
      link_ = connecting_ = connect.link;
    }
    for (const auto& f : effects.finished) note(f);
    wake_at_ = effects.wake_at;
    for (const auto& send : effects.sends) trace_.push_back(send.call);
    trace_.push_back(effects.finished.size());
    trace_.push_back(wake_at_ ? static_cast<std::uint64_t>(wake_at_->since_origin.count()) : 0);
    RC_ASSERT(!wake_at_ || *wake_at_ > clocks_.client_now());
  }

  void note(const Finished& f) {
    finished_[f.call].push_back(f.outcome);
    const auto* operation = std::get_if<lock::Operation>(&begun_.at(f.call));
    if (!operation || names_of(*operation).empty()) return;
    if (f.undone && std::holds_alternative<TimedOut>(f.outcome)) check_given_back(f.sequence);
    const auto* reply = std::get_if<lock::Reply>(&f.outcome);
    const auto* granted = reply ? std::get_if<lock::Granted>(reply) : nullptr;
    if (!granted) return;
    // Re-entered, it has the same token; the answers may come in another order.
    claimed_.insert(granted->token);
    const bool is_news = granted->entries > 1 || begun_holds_.insert(granted->token).second;
    RC_ASSERT(is_news);
    if (f.holds_until)
      RC_ASSERT(clocks_.real_at(*f.holds_until) <= clocks_.real_at(detached_ends_.at(granted->token)));
  }

  void check_given_back(lock::Sequence acquire) const {
    const auto session = machine_.sessions().find(*client_.session());
    RC_ASSERT(session == machine_.sessions().end() || !session->second.entries.contains(acquire));
  }

  // Requests that were on the way may still arrive at some server.
  void drop_link() {
    for (auto& request : requests_) late_.push_back(std::move(request.request));
    requests_.clear();
    replies_.clear();
    awaited_.clear();
    link_.reset();
    connecting_.reset();
  }
  void lose_link() {
    if (!link_) return;
    const auto link = *link_;
    drop_link();
    input(Disconnected{link});
  }

  // The oldest request is refused: unread, or after it was perhaps carried out.
  void tell(lock::Reply reply, bool executed) {
    if (requests_.empty()) return;
    const auto request = requests_.front();
    requests_.pop_front();
    if (executed) execute(request.request);
    input(Received{request.link, request.call, std::move(reply)});
  }

  void deliver(bool faults) {
    if (!requests_.empty() && (replies_.empty() || random_.chance(500'000))) {
      const auto request = requests_.front();
      requests_.pop_front();
      if (faults && random_.chance(50'000)) return;
      answer(request);
    } else if (!replies_.empty()) {
      const auto reply = replies_.front();
      replies_.pop_front();
      input(reply);
    }
  }

  void answer(const Send& send) {
    const auto reply = execute(send.request);
    if (!reply) return;
    if (const auto* command = std::get_if<lock::Command>(&send.request)) {
      const auto* sequenced = std::get_if<lock::Sequenced>(command);
      if (sequenced && lock::is_interim(*reply)) awaited_[{sequenced->session, sequenced->sequence}] = send;
    }
    replies_.push_back(Received{send.link, send.call, *reply});
  }

  void execute_a_late_copy() {
    if (late_.empty()) return;
    const auto i = static_cast<std::ptrdiff_t>(random_.below(late_.size()));
    const auto request = late_[static_cast<std::size_t>(i)];
    if (random_.chance(500'000)) late_.erase(late_.begin() + i);
    execute(request);
  }

  std::optional<lock::Reply> execute(const lock::Request& request) {
    return std::visit(Overload{[&](const lock::Command& c) { return apply({c}); },
                               [&](const lock::Query& q) { return read(q); },
                               [&](const lock::Admin& a) { return administer(a); }},
                      request);
  }

  std::optional<lock::Reply> administer(const lock::Admin& request) {
    const auto* change = std::get_if<lock::ChangeMembers>(&request);
    if (!change) return lock::Members{};
    changed_.insert(change->remove.at(0));
    return lock::MembersChanged{};
  }

  std::optional<lock::Reply> read(const lock::Query& query) {
    using Maybe = std::optional<lock::Reply>;
    return std::visit(
        Overload{
            [&](const lock::GetStatus& g) -> Maybe { return machine_.view(g.name, machine_.stamp()); },
            [&](const lock::WaitStatus& w) -> Maybe {
              if (!machine_.wait_is_over(w)) return std::nullopt;
              return machine_.view(w.name, machine_.stamp());
            },
            [&](const lock::List& l) -> Maybe { return machine_.list(l.prefix, l.after, machine_.stamp()); },
            [&](const lock::CheckHold& c) -> Maybe {
              const auto left = machine_.hold_left(c.name, c.token, machine_.stamp());
              return left ? lock::Reply(lock::HoldStands{*left}) : lock::Reply(lock::NotHeld{});
            },
            [&](const lock::GetHealth&) -> Maybe { return lock::Health{}; },
            [&](const lock::GetAudit&) -> Maybe { return std::nullopt; },
            [&](const lock::GetSettings&) -> Maybe { return std::nullopt; },
            [&](const lock::Watch&) -> Maybe { return std::nullopt; },
        },
        query);
  }

  std::optional<lock::Reply> apply(const std::vector<lock::Command>& commands) {
    const auto applied = machine_.apply(clocks_.stamp(), commands);
    machine_.check();
    for (const auto& event : applied.events) note(event, commands);
    std::optional<lock::Reply> own;
    for (const auto& a : applied.answers) {
      if (a.command) {
        own = a.reply;
      } else if (const auto found = awaited_.find({a.session, a.sequence}); found != awaited_.end()) {
        replies_.push_back(Received{found->second.link, found->second.call, a.reply});
      }
      if (const auto* granted = std::get_if<lock::Granted>(&a.reply))
        detached_ends_[granted->token] = std::max(detached_ends_[granted->token], granted->lease.end);
    }
    note_session(commands, own);
    return own;
  }

  void note(const lock::Event& event, const std::vector<lock::Command>& commands) {
    std::visit(Overload{
                   [&](const lock::LockGranted& g) { tokens_.insert(g.token); },
                   [&](const lock::HoldEnded& h) { tokens_.erase(h.token); },
                   [&](const lock::StatusChanged& changed) {
                     if (changed.name != "s") return;  // a once's own
                     const auto& sequenced = std::get<lock::Sequenced>(commands.at(0));
                     ++executed_[std::get<lock::SetStatus>(sequenced.operation).value];
                   },
                   [](const lock::StaleTokenRefused&) {},
                   [&](const lock::SessionEnded& s) { session_ends_.erase(s.session); },
               },
               event);
  }

  void note_session(const std::vector<lock::Command>& commands, const std::optional<lock::Reply>& reply) {
    if (!reply) return;
    if (const auto* opened = std::get_if<lock::SessionOpened>(&*reply)) {
      session_ends_[opened->session] = opened->lease.end;
    } else if (const auto* kept = std::get_if<lock::KeptAlive>(&*reply)) {
      session_ends_[std::get<lock::KeepAlive>(commands.at(0)).session] = kept->lease.end;
    }
  }

  // What the client believes ends before what the servers believe. A CloseSession may end the session
  // earlier, and nobody who closes it goes on believing in it.
  void check_deadline() const {
    const auto session = client_.session();
    if (!session) return;
    const auto end = session_ends_.find(*session);
    if (end != session_ends_.end()) {
      RC_ASSERT(clocks_.real_at(*client_.session_deadline()) <= clocks_.real_at(end->second));
    } else if (!closing()) {
      RC_ASSERT(*client_.session_deadline() <= clocks_.client_now());
    }
  }
  bool closing() const {
    for (const auto& [call, question] : begun_) {
      if (std::holds_alternative<CloseSession>(question) && !finished_.contains(call)) return true;
    }
    return false;
  }

  base::Random random_;
  SkewedClocks clocks_;
  Client client_;
  lock::Machine machine_;

  std::optional<LinkId> link_;
  std::optional<LinkId> connecting_;
  std::deque<Send> requests_;
  std::deque<Received> replies_;
  std::vector<lock::Request> late_;
  std::map<std::pair<lock::SessionId, lock::Sequence>, Send> awaited_;
  std::optional<Instant> wake_at_;

  CallId last_call_;
  std::uint64_t last_value_ = 0;
  std::map<CallId, Question> begun_;
  std::map<CallId, std::vector<Outcome>> finished_;
  std::map<std::string, int> executed_;
  std::set<base::NodeId> changed_;  // named after the calls that asked for it
  std::set<lock::Token> tokens_;    // of the holds that stand
  std::set<lock::Token> claimed_;   // that some call was granted
  std::set<lock::Token> begun_holds_;
  std::map<lock::Token, lock::LogTime> detached_ends_;
  std::map<lock::SessionId, lock::LogTime> session_ends_;
  std::vector<std::uint64_t> trace_;
};

}  // namespace client
