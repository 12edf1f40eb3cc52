#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/duration.hpp"
#include "core/lock/machine.hpp"

namespace lock {
namespace {

std::optional<Refused> refuse_lease(const Limits& limits, Millis ttl) {
  if (ttl >= limits.ttl_min && ttl <= limits.ttl_max) return std::nullopt;
  return Refused{"a lease lasts " + base::format_duration(limits.ttl_min) + " to " +
                 base::format_duration(limits.ttl_max)};
}

}  // namespace

std::optional<Outcome> Machine::acquire(const Caller& caller, const Acquire& request, Applied& out) {
  if (auto refused = refuse_acquire(caller.session, request)) return std::move(*refused);
  const bool may_be_new = !rest_ && locks_.size() < limits_.locks;
  auto [at, is_new] =
      may_be_new ? locks_.try_emplace(request.name) : std::pair(locks_.find(request.name), false);
  if (is_new) return grant(at, caller, request.detached, request.note, false, out);
  if (at == locks_.end() && locks_.size() >= limits_.locks) {
    return Refused{std::to_string(limits_.locks) + " locks are held, the most that may be; try later"};
  }
  const Hold* hold = at == locks_.end() || !at->second.hold ? nullptr : &*at->second.hold;
  if (hold != nullptr && hold->session == caller.id) {
    return Refused{"this session already holds it, with token " + std::to_string(hold->token.value)};
  }
  if (request.wait) return stand_in_line(caller, request);
  if (hold == nullptr) return resting();
  return Held{std::string(hold->who.view()), time_between(hold->since, stamp_)};
}

std::optional<Refused> Machine::refuse_acquire(const Session& session, const Acquire& request) const {
  if (const auto name = check_name(request.name); !name) return Refused{name.error()};
  if (request.note.size() > limits_.text_bytes) {
    return Refused{"a note has at most " + std::to_string(limits_.text_bytes) + " bytes"};
  }
  if (request.detached) {
    if (auto refused = refuse_lease(limits_, *request.detached)) return refused;
  }
  for (const auto& [sequence, waiting] : session.waiting) {
    if (waiting.name == request.name) {
      return Refused{"this session already waits for it, by request " + std::to_string(sequence.value)};
    }
  }
  return std::nullopt;
}

std::optional<Outcome> Machine::stand_in_line(const Caller& caller, const Acquire& request) {
  auto at = locks_.find(request.name);
  const std::size_t waiters = at == locks_.end() ? 0 : at->second.queue.size();
  if (waiters >= limits_.waiters_per_lock) {
    return Refused{std::to_string(limits_.waiters_per_lock) +
                   " requests wait for it, the most that may; try later"};
  }
  if (at == locks_.end()) at = locks_.try_emplace(request.name).first;
  locks_.edit(at).queue.push({++last_.arrival, caller.id, caller.sequence});
  caller.session.waiting.emplace(caller.sequence,
                                 Waiting{request.name, last_.arrival, request.detached, request.note});
  return std::nullopt;
}

void Machine::leave_line(const Waiting& waiting) {
  auto at = locks_.find(waiting.name);
  CHECK(at != locks_.end());
  LockState& lock = locks_.edit(at);
  lock.queue.remove(waiting.arrival);
  if (lock.idle()) locks_.erase(at);
}

Outcome Machine::release(const Release& request, Applied& out) {
  if (const auto name = check_name(request.name); !name) return Refused{name.error()};
  auto at = locks_.find(request.name);
  if (!is_held_with(at, request.token)) return NotHeld{};
  forget_hold(at->first, *at->second.hold);
  end_hold(at, EndReason::released, out);
  settle(at, out);
  return Released{};
}

Outcome Machine::renew(const Renew& request) {
  if (const auto name = check_name(request.name); !name) return Refused{name.error()};
  if (auto refused = refuse_lease(limits_, request.ttl)) return std::move(*refused);
  auto at = locks_.find(request.name);
  if (!is_held_with(at, request.token)) return NotHeld{};
  if (!at->second.hold->detached_end)
    return Refused{"this hold is kept alive by its session; only a detached one is renewed"};
  Hold& hold = *locks_.edit(at).hold;
  const LogTime end = std::max(*hold.detached_end, stamp_ + request.ttl);
  expiries_.move({*hold.detached_end, Expiry::Kind::hold, hold.token.value}, end);
  hold.detached_end = end;
  return Renewed{Lease{stamp_, end}};
}

Granted Machine::grant(Locks::const_iterator& at, const Caller& caller, std::optional<Millis> detached,
                       std::string note, bool waited, Applied& out) {
  LockState& lock = locks_.edit(at);
  const std::string& name = at->first;
  CHECK(!rest_ && !lock.hold && caller.session.end > stamp_);
  last_.token = last_.token.next();
  CHECK(last_.token < kTokenEnd);
  Hold& hold = lock.hold.emplace();
  hold.token = last_.token;
  hold.session = caller.id;
  hold.who = caller.session.who;
  hold.note = std::move(note);
  hold.since = stamp_;
  if (detached) {
    hold.detached_end = stamp_ + *detached;
    expiries_.add({*hold.detached_end, Expiry::Kind::hold, hold.token.value}, name);
  } else {
    caller.session.holds.try_emplace(hold.token, name);
  }
  const LogTime end = hold.detached_end.value_or(caller.session.end);
  out.events.push_back(LockGranted{name, last_.token, caller.id});
  return Granted{last_.token, Lease{stamp_, end}, waited};
}

void Machine::end_hold(Locks::const_iterator& at, EndReason reason, Applied& out) {
  auto& hold = locks_.edit(at).hold;
  out.events.push_back(HoldEnded{at->first, hold->token, hold->session, reason});
  hold.reset();
}

void Machine::forget_hold(const std::string& name, const Hold& hold) {
  if (hold.detached_end) {
    expiries_.remove({*hold.detached_end, Expiry::Kind::hold, hold.token.value});
    return;
  }
  auto& holds = sessions_.edit(hold.session).holds;
  const auto at = holds.find(hold.token);
  CHECK(at != holds.end() && at->second == name);
  holds.erase(at);
}

void Machine::settle(Locks::const_iterator at, Applied& out) {
  CHECK(!at->second.hold);
  if (at->second.queue.empty()) return locks_.erase(at);
  if (rest_) return;
  const auto first = locks_.edit(at).queue.pop();
  Session& session = sessions_.edit(first.session);
  auto waiting = session.waiting.extract(first.sequence);
  CHECK(!waiting.empty() && waiting.mapped().arrival == first.arrival);
  const Caller caller{first.session, session, first.sequence};
  const Granted granted =
      grant(at, caller, waiting.mapped().detached, std::move(waiting.mapped().note), true, out);
  const bool stored = session.outcomes.emplace(first.sequence, granted).second;
  CHECK(stored);
  out.answers.push_back(Answer{std::nullopt, first.session, first.sequence, granted});
}

void Machine::settle(const Freed& freed, Applied& out) {
  for (const auto& name : freed) {
    // Not there: its last waiter's session ended in the same moment.
    if (const auto at = locks_.find(name); at != locks_.end()) settle(at, out);
  }
}

bool Machine::is_held_with(Locks::const_iterator at, Token token) const {
  return at != locks_.end() && at->second.hold && at->second.hold->token == token;
}

const Hold* Machine::find_hold(const std::string& name, Token token) const {
  const auto at = locks_.find(name);
  return is_held_with(at, token) ? &*at->second.hold : nullptr;
}

}  // namespace lock
