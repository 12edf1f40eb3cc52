#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/duration.hpp"
#include "core/lock/machine.hpp"

namespace lock {
namespace {

// A JSON reader keeps every integer below this whole.
constexpr Token kTokenEnd{std::uint64_t{1} << 53};

std::optional<Refused> refuse_lease(const Limits& limits, Millis ttl) {
  if (ttl >= limits.ttl_min && ttl <= limits.ttl_max) return std::nullopt;
  return Refused{"a lease lasts " + base::format_duration(limits.ttl_min) + " to " +
                 base::format_duration(limits.ttl_max)};
}

}  // namespace

std::optional<Outcome> Machine::acquire(const Caller& caller, const Acquire& request, Applied& out) {
  if (auto refused = refuse_acquire(caller.session, request)) return std::move(*refused);
  auto at = locks_.find(request.name);
  if (at == locks_.end()) {
    if (locks_.size() >= limits_.locks) {
      return Refused{std::to_string(limits_.locks) + " locks are held, the most that may be; try later"};
    }
    at = locks_.try_emplace(request.name).first;
    return grant(at, caller, request.detached, request.note, false, out);
  }
  const Hold& hold = *at->second.hold;
  if (hold.session == caller.id) {
    return Refused{"this session already holds it, with token " + std::to_string(hold.token.value)};
  }
  if (!request.wait) return Held{std::string(hold.who.view()), time_between(hold.since, stamp_)};
  return stand_in_line(caller, request, at->second);
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

std::optional<Outcome> Machine::stand_in_line(const Caller& caller, const Acquire& request, LockState& lock) {
  if (lock.queue.size() >= limits_.waiters_per_lock) {
    return Refused{std::to_string(limits_.waiters_per_lock) +
                   " requests wait for it, the most that may; try later"};
  }
  lock.queue.push({++last_arrival_, caller.id, caller.sequence});
  caller.session.waiting.emplace(caller.sequence,
                                 Waiting{request.name, last_arrival_, request.detached, request.note});
  return std::nullopt;
}

Outcome Machine::release(const Release& request, Applied& out) {
  if (const auto name = check_name(request.name); !name) return Refused{name.error()};
  const auto at = locks_.find(request.name);
  if (at == locks_.end() || at->second.hold->token != request.token) return NotHeld{};
  forget_hold(at->first, *at->second.hold);
  end_hold(at, EndReason::released, out);
  settle(at, out);
  return Released{};
}

Outcome Machine::renew(const Renew& request) {
  if (const auto name = check_name(request.name); !name) return Refused{name.error()};
  if (auto refused = refuse_lease(limits_, request.ttl)) return std::move(*refused);
  const auto at = locks_.find(request.name);
  if (at == locks_.end() || at->second.hold->token != request.token) return NotHeld{};
  Hold& hold = *at->second.hold;
  if (!hold.detached_end)
    return Refused{"this hold is kept alive by its session; only a detached one is renewed"};
  const LogTime end = std::max(*hold.detached_end, stamp_ + request.ttl);
  expiries_.move({*hold.detached_end, Expiry::Kind::hold, hold.token.value}, end);
  hold.detached_end = end;
  return Renewed{Lease{stamp_, end}};
}

Granted Machine::grant(Locks::iterator at, const Caller& caller, std::optional<Millis> detached,
                       std::string note, bool waited, Applied& out) {
  const auto& [name, lock] = *at;
  CHECK(!lock.hold && caller.session.end > stamp_);
  last_token_ = last_token_.next();
  CHECK(last_token_ < kTokenEnd);
  Hold hold{last_token_, caller.id, caller.session.who, std::move(note), stamp_, std::nullopt};
  if (detached) {
    hold.detached_end = stamp_ + *detached;
    expiries_.add({*hold.detached_end, Expiry::Kind::hold, hold.token.value}, name);
  } else {
    caller.session.holds.emplace_hint(caller.session.holds.end(), hold.token, name);
  }
  const LogTime end = hold.detached_end.value_or(caller.session.end);
  at->second.hold = std::move(hold);
  out.events.push_back(LockGranted{name, last_token_, caller.id});
  return Granted{last_token_, Lease{stamp_, end}, waited};
}

void Machine::end_hold(Locks::iterator at, EndReason reason, Applied& out) {
  const Hold& hold = *at->second.hold;
  out.events.push_back(HoldEnded{at->first, hold.token, hold.session, reason});
  at->second.hold.reset();
}

void Machine::forget_hold(const std::string& name, const Hold& hold) {
  if (hold.detached_end) {
    expiries_.remove({*hold.detached_end, Expiry::Kind::hold, hold.token.value});
    return;
  }
  auto& holds = sessions_.at(hold.session).holds;
  const auto at = holds.find(hold.token);
  CHECK(at != holds.end() && at->second == name);
  holds.erase(at);
}

void Machine::settle(Locks::iterator at, Applied& out) {
  LockState& lock = at->second;
  CHECK(!lock.hold);
  if (lock.queue.empty()) {
    locks_.erase(at);
    return;
  }
  const auto first = lock.queue.pop();
  Session& session = sessions_.at(first.session);
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
  for (const auto& at : freed) settle(at, out);
}

const Hold* Machine::find_hold(const std::string& name, Token token) const {
  const auto at = locks_.find(name);
  return at != locks_.end() && at->second.hold->token == token ? &*at->second.hold : nullptr;
}

}  // namespace lock
