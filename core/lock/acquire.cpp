// What a request for locks is answered at once: re-entry, refusals, a grant, a place in line.
#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/duration.hpp"
#include "core/base/overload.hpp"
#include "core/lock/machine.hpp"
#include "core/lock/modes.hpp"

namespace lock {
namespace {

Waiting wish_of(const Acquire& request) {
  Waiting wish{request.locks, {}, request.detached, request.note, request.max_hold, request.lock_delay};
  std::sort(wish.locks.begin(), wish.locks.end(),
            [](const Wanted& a, const Wanted& b) { return a.name < b.name; });
  if (const auto* priority = std::get_if<Priority>(&request.queueing)) wish.place.level = priority->level;
  wish.newest = std::holds_alternative<Newest>(request.queueing);
  return wish;
}

bool are_for_the_same_names(const Waiting& a, const Waiting& b) {
  return std::equal(a.locks.begin(), a.locks.end(), b.locks.begin(), b.locks.end(),
                    [](const Wanted& x, const Wanted& y) { return x.name == y.name; });
}

bool share_a_name(const Waiting& a, const Waiting& b) {
  return std::any_of(a.locks.begin(), a.locks.end(), [&](const Wanted& x) {
    return std::any_of(b.locks.begin(), b.locks.end(), [&](const Wanted& y) { return x.name == y.name; });
  });
}

std::string span(Millis min, Millis max) {
  return base::format_duration(min) + " to " + base::format_duration(max);
}

}  // namespace

std::optional<Outcome> Machine::acquire(const Caller& caller, const Acquire& request, Applied& out) {
  if (auto refused = refuse_acquire(request)) return std::move(*refused);
  Waiting wish = wish_of(request);
  for (std::size_t i = 1; i < wish.locks.size(); ++i) {
    if (wish.locks[i - 1].name == wish.locks[i].name)
      return Refused{"it asks for " + wish.locks[i].name + " twice; ask for each name once"};
  }
  if (are_unknown(wish) && !rest_ && locks_.size() + wish.locks.size() <= limits_.locks)
    return grant(caller, std::move(wish), false, out);
  if (auto outcome = reenter(caller, wish)) return outcome;
  if (auto refused = refuse_wish(caller, wish)) return std::move(*refused);
  return pursue(caller, std::move(wish),
                Manner{request.wait, std::holds_alternative<Barge>(request.queueing)}, out);
}

// Nobody holds, awaits or blocks any of them: the common case, which need look no further.
bool Machine::are_unknown(const Waiting& wish) const {
  return std::none_of(wish.locks.begin(), wish.locks.end(),
                      [&](const Wanted& wanted) { return locks_.contains(wanted.name); });
}

std::optional<Refused> Machine::refuse_acquire(const Acquire& request) const {
  if (request.locks.empty() || request.locks.size() > limits_.names_per_request) {
    return Refused{"a request is for 1 to " + std::to_string(limits_.names_per_request) + " names"};
  }
  for (const Wanted& wanted : request.locks) {
    if (const auto name = check_name(wanted.name); !name) return Refused{name.error()};
    const auto* counted = std::get_if<Counted>(&wanted.mode);
    if (counted != nullptr && counted->limit == 0)
      return Refused{"a counted lock has at least 1 holder; " + wanted.name + " is asked for with 0"};
  }
  if (request.note.size() > limits_.text_bytes)
    return Refused{"a note has at most " + std::to_string(limits_.text_bytes) + " bytes"};
  if (request.detached && (*request.detached < limits_.ttl_min || *request.detached > limits_.ttl_max))
    return Refused{"a lease lasts " + span(limits_.ttl_min, limits_.ttl_max)};
  if (request.max_hold && (*request.max_hold < limits_.ttl_min || *request.max_hold > limits_.record_ttl_max))
    return Refused{"a maximum hold is " + span(limits_.ttl_min, limits_.record_ttl_max)};
  if (request.lock_delay < Millis(0) || request.lock_delay > limits_.lock_delay_max)
    return Refused{"a lock delay is at most " + base::format_duration(limits_.lock_delay_max)};
  return std::nullopt;
}

// Nothing: the owner holds none of the names.
std::optional<Outcome> Machine::reenter(const Caller& caller, const Waiting& wish) {
  std::optional<Token> token;
  std::size_t held = 0;
  bool by_one = true;
  const Wanted* weak = nullptr;
  const Wanted* upgrade = nullptr;
  for (const Wanted& wanted : wish.locks) {
    const LockState* lock = find_lock(wanted.name);
    const Holding* holding = lock == nullptr ? nullptr : lock->holding_of(caller.session.owner);
    if (holding == nullptr) continue;
    ++held;
    by_one = by_one && token.value_or(holding->token) == holding->token;
    token = token.value_or(holding->token);
    if (covers(holding->mode, wanted.mode)) continue;
    weak = &wanted;
    if (upgrade == nullptr && std::holds_alternative<Shared>(holding->mode) &&
        std::holds_alternative<Exclusive>(wanted.mode))
      upgrade = &wanted;
  }
  if (held == 0) return std::nullopt;
  const std::string known = "with token " + std::to_string(token->value);
  if (held < wish.locks.size() || !by_one)
    return Refused{"this owner holds some of the names already, " + known +
                   "; release them or ask for all at once"};
  const Hold& hold = holds_.at(*token);
  if (hold.once) return Refused{"this owner runs it as a once, " + known};
  if (upgrade != nullptr)
    return Deadlock{{Deadlock::Link{std::string(caller.session.who.view()), upgrade->name}}};
  if (weak != nullptr) return Refused{"this owner holds " + weak->name + " in another mode, " + known};
  if (hold.entries.size() >= limits_.entries_per_hold) {
    return Refused{"this owner has entered it " + std::to_string(hold.entries.size()) +
                   " times, the most that may be, " + known};
  }
  return reentered(caller, wish, *token);
}

Granted Machine::reentered(const Caller& caller, const Waiting& wish, Token token) {
  Hold& hold = holds_.edit(token);
  const HoldEntry entry{caller.id, caller.sequence, wish.detached.has_value()};
  hold.entries.push_back(entry);
  caller.session.entries.try_emplace(caller.sequence, token);
  if (wish.detached) {
    const LogTime end = stamp_ + *wish.detached;
    if (!hold.detached_end) {
      expiries_.add({end, Expiry::Kind::hold, token.value});
      hold.detached_end = end;
    } else if (end > *hold.detached_end) {
      expiries_.move({*hold.detached_end, Expiry::Kind::hold, token.value}, end);
      hold.detached_end = end;
    }
  }
  for (const Wanted& wanted : wish.locks)
    note_down(wanted.name, AuditWhat::reentered, token, caller.session.who, wish.note);
  Granted granted{token, lease_of(hold, caller.session, entry.detached), false, hold.max_end};
  granted.entries = static_cast<std::uint32_t>(hold.entries.size());
  return granted;
}

// Whether or not it would wait.
std::optional<Refused> Machine::refuse_wish(const Caller& caller, const Waiting& wish) const {
  std::size_t unknown = 0;
  for (const Wanted& wanted : wish.locks) {
    const LockState* lock = find_lock(wanted.name);
    if (lock == nullptr) {
      ++unknown;
      continue;
    }
    const auto* counted = std::get_if<Counted>(&wanted.mode);
    const auto limit = counted == nullptr ? std::nullopt : lock->limit();
    if (limit && *limit != counted->limit) {
      return Refused{wanted.name + " is in use with at most " + std::to_string(*limit) + " holders, not " +
                     std::to_string(counted->limit) + "; ask for " + std::to_string(*limit)};
    }
  }
  if (auto refused = refuse_second_wait(caller.session.owner, wish)) return refused;
  if (unknown > 0 && locks_.size() + unknown > limits_.locks)
    return Refused{std::to_string(limits_.locks) + " locks are held, the most that may be; try later"};
  return std::nullopt;
}

// An owner waits for a name once: what would become of the second when the first is granted?
std::optional<Refused> Machine::refuse_second_wait(SessionId owner, const Waiting& wish) const {
  std::optional<Refused> refused;
  any_session_of(owner, [&](SessionId id, const Session& session) {
    for (const auto& [sequence, waiting] : session.waiting) {
      if (!share_a_name(waiting, wish)) continue;
      // That one makes room for this one.
      if (waiting.newest && wish.newest && are_for_the_same_names(waiting, wish)) continue;
      refused = Refused{"this owner already waits for it, by request " + std::to_string(sequence.value) +
                        " of session " + std::to_string(id.value)};
      return true;
    }
    return false;
  });
  return refused;
}

std::optional<Refused> Machine::refuse_line(const Waiting& wish) const {
  if (waiters_ >= limits_.waiters)
    return Refused{std::to_string(limits_.waiters) + " requests wait, the most that may; try later"};
  for (const Wanted& wanted : wish.locks) {
    const LockState* lock = find_lock(wanted.name);
    if (lock == nullptr || lock->queue.size() < limits_.waiters_per_lock) continue;
    return Refused{std::to_string(limits_.waiters_per_lock) + " requests wait for " + wanted.name +
                   ", the most that may; try later"};
  }
  return std::nullopt;
}

std::optional<Outcome> Machine::pursue(const Caller& caller, Waiting wish, const Manner& manner,
                                       Applied& out) {
  wish.place.arrival = last_.arrival + 1;
  const bool waits_already = owner_waits(caller);
  const bool is_free =
      !rest_ && (is_grantable(wish) || (manner.barge && !waits_already && is_free_of_holders(wish)));
  // Whoever waits for nothing closes no cycle by what it is granted, and neither does who overtakes nobody.
  if (is_free && !(waits_already && somebody_stands_behind(wish))) {
    if (manner.once != nullptr) begin_record(caller, *manner.once, out);
    return grant(caller, std::move(wish), false, out);
  }
  if (!is_free && !manner.wait) {
    if (rest_ && is_grantable(wish)) return resting();
    const Obstacle obstacle = obstacle_of(wish, stamp_);
    return Held{obstacle.holder, obstacle.held_for};
  }
  return stand_in_line(caller, std::move(wish), manner, is_free, out);
}

// With everything as it would be while it waits, so that the search for a cycle sees just that. `is_free`: it
// is granted unless that closes a cycle.
std::optional<Outcome> Machine::stand_in_line(const Caller& caller, Waiting wish, const Manner& manner,
                                              bool is_free, Applied& out) {
  auto superseded = wish.newest && manner.wait ? set_aside(wish) : std::vector<Aside>();
  is_free = is_free || (!superseded.empty() && !rest_ && is_grantable(wish));
  if (auto refusal = refuse_to_wait(caller, wish, is_free)) {
    for (auto& aside : superseded) put_back(std::move(aside));
    forget_idle(wish);
    return refusal;
  }
  ++last_.arrival;
  if (manner.once != nullptr) begin_record(caller, *manner.once, out);
  std::optional<Outcome> outcome;
  Freed freed;
  if (!superseded.empty()) {
    for (const Wanted& wanted : wish.locks) freed.push_back(wanted.name);
    supersede(superseded, caller, out);
  }
  if (is_free) {
    leave_line(wish);
    caller.session.waiting.erase(caller.sequence);
    outcome = grant(caller, std::move(wish), false, out);
  } else if (wish.once) {
    see_to_pending(wish.locks.front().name);
  }
  settle(freed, out);
  return outcome;
}

// Unless it is refused it stands in line, also where it is free.
std::optional<Outcome> Machine::refuse_to_wait(const Caller& caller, const Waiting& wish, bool is_free) {
  if (!is_free) {
    if (auto refused = refuse_line(wish)) return std::move(*refused);
  }
  join_line(caller.id, caller.sequence, caller.session.owner, wish);
  caller.session.waiting.emplace(caller.sequence, wish);
  if (!may_close_a_cycle(caller, wish)) return std::nullopt;
  auto deadlock = find_deadlock(caller.session.owner);
  if (!deadlock) return std::nullopt;
  leave_line(wish);
  caller.session.waiting.erase(caller.sequence);
  return std::move(*deadlock);
}

std::vector<Machine::Aside> Machine::set_aside(const Waiting& wish) {
  std::vector<Aside> found;
  const LockState* lock = find_lock(wish.locks.front().name);
  if (lock == nullptr || lock->queue.newests() == 0) return found;
  for (const auto& waiter : lock->queue) {
    if (!waiter.newest) continue;
    if (are_for_the_same_names(sessions_.at(waiter.session).waiting.at(waiter.sequence), wish))
      found.push_back({waiter, {}});
  }
  for (auto& aside : found) {
    aside.waiting = sessions_.edit(aside.waiter.session).waiting.extract(aside.waiter.sequence);
    leave_line(aside.waiting.mapped());
  }
  return found;
}

void Machine::put_back(Aside aside) {
  const auto& waiter = aside.waiter;
  join_line(waiter.session, waiter.sequence, waiter.owner, aside.waiting.mapped());
  sessions_.edit(waiter.session).waiting.insert(std::move(aside.waiting));
}

void Machine::supersede(const std::vector<Aside>& superseded, const Caller& by, Applied& out) {
  const std::string who(by.session.who.view());
  for (const auto& aside : superseded) {
    const base::Bytes whose = sessions_.at(aside.waiter.session).who;
    for (const Wanted& wanted : aside.waiting.mapped().locks)
      note_down(wanted.name, AuditWhat::superseded, Token(), whose, "by " + who);
    answer_late(aside.waiter.session, aside.waiter.sequence, Superseded{who}, out);
  }
}

}  // namespace lock
