// Standing in line, and coming to one's turn.
#include <algorithm>

#include "core/base/check.hpp"
#include "core/lock/machine.hpp"
#include "core/lock/modes.hpp"

namespace lock {

void Machine::join_line(SessionId id, Sequence sequence, SessionId owner, const Waiting& waiting) {
  for (const Wanted& wanted : waiting.locks) {
    auto at = locks_.try_emplace(wanted.name).first;
    const bool is_new = locks_.edit(at).queue.insert(
        {waiting.place, id, sequence, owner, wanted.mode, waiting.newest, waiting.once});
    CHECK(is_new);
  }
  ++waiters_;
}

void Machine::leave_line(const Waiting& waiting) {
  for (const Wanted& wanted : waiting.locks) locks_.edit(wanted.name).queue.remove(waiting.place);
  --waiters_;
}

void Machine::give_up(const Waiting& waiting, Freed& freed) {
  leave_line(waiting);
  for (const Wanted& wanted : waiting.locks) freed.push_back(wanted.name);
  if (waiting.once) see_to_pending(waiting.locks.front().name);
}

bool Machine::is_grantable(const Waiting& wish) const {
  return std::none_of(wish.locks.begin(), wish.locks.end(), [&](const Wanted& wanted) {
    const LockState* lock = find_lock(wanted.name);
    return lock != nullptr && lock->is_in_the_way_of(wanted.mode, lock->queue.counts_before(wish.place));
  });
}

bool Machine::is_free_of_holders(const Waiting& wish) const {
  return std::none_of(wish.locks.begin(), wish.locks.end(), [&](const Wanted& wanted) {
    const LockState* lock = find_lock(wanted.name);
    return lock != nullptr && lock->is_in_the_way_of(wanted.mode, {});
  });
}

bool Machine::somebody_stands_behind(const Waiting& wish) const {
  return std::any_of(wish.locks.begin(), wish.locks.end(), [&](const Wanted& wanted) {
    const LockState* lock = find_lock(wanted.name);
    return lock != nullptr && !lock->queue.empty() && wish.place < (lock->queue.end() - 1)->place;
  });
}

// The names in their order, so that every replica grants in the same. No grant makes another one possible.
void Machine::settle(Freed& freed, Applied& out) {
  std::sort(freed.begin(), freed.end());
  freed.erase(std::unique(freed.begin(), freed.end()), freed.end());
  for (const auto& name : freed) {
    // Not there: settled by what an earlier name's settling has brought about.
    auto at = locks_.find(name);
    if (at == locks_.end()) continue;
    if (!rest_ && !at->second.queue.empty()) {
      scan(at, out);
      at = locks_.find(name);
    }
    if (at->second.idle()) locks_.erase(at);
  }
}

void Machine::forget_idle(const Waiting& wish) {
  for (const Wanted& wanted : wish.locks) {
    const auto at = locks_.find(wanted.name);
    if (at != locks_.end() && at->second.idle()) locks_.erase(at);
  }
}

// From the first in line to the first that must wait for this very name: all behind him must too.
void Machine::scan(Locks::const_iterator at, Applied& out) {
  // No name comes or goes meanwhile, so this stays where it is.
  const LockState& lock = locks_.edit(at);
  WaitQueue::Counts passed;
  for (std::size_t i = 0; i < lock.queue.size();) {
    const WaitQueue::Waiter waiter = lock.queue.begin()[i];
    if (lock.is_in_the_way_of(waiter.mode, passed)) return;
    const Waiting& waiting = sessions_.at(waiter.session).waiting.at(waiter.sequence);
    if (waiting.locks.size() == 1 || is_grantable(waiting)) {
      grant_waiter(waiter, out);
    } else {
      passed.add(waiter.mode);
      ++i;
    }
  }
}

void Machine::grant_waiter(const WaitQueue::Waiter& waiter, Applied& out) {
  Session& session = sessions_.edit(waiter.session);
  auto waiting = session.waiting.extract(waiter.sequence);
  CHECK(!waiting.empty() && waiting.mapped().place == waiter.place);
  leave_line(waiting.mapped());
  const Caller caller{waiter.session, session, waiter.sequence};
  answer_late(waiter.session, waiter.sequence, grant(caller, std::move(waiting.mapped()), true, out), out);
}

Granted Machine::grant(const Caller& caller, Waiting wish, bool waited, Applied& out) {
  CHECK(!rest_ && caller.session.end > stamp_);
  last_.token = last_.token.next();
  CHECK(last_.token < kTokenEnd);
  const Token token = last_.token;
  const HoldEntry entry{caller.id, caller.sequence, wish.detached.has_value()};
  Hold hold{caller.session.owner,
            caller.id,
            caller.session.who,
            std::move(wish.note),
            stamp_,
            std::move(wish.locks),
            {entry},
            {},
            {},
            wish.lock_delay,
            wish.once};
  if (wish.detached) {
    hold.detached_end = stamp_ + *wish.detached;
    expiries_.add({*hold.detached_end, Expiry::Kind::hold, token.value});
  }
  if (wish.max_hold) {
    hold.max_end = stamp_ + *wish.max_hold;
    expiries_.add({*hold.max_end, Expiry::Kind::max, token.value});
  }
  count_in_family(hold, true);
  caller.session.entries.try_emplace(caller.sequence, token);
  Granted granted{token, lease_of(hold, caller.session, entry.detached), waited, hold.max_end};
  if (hold.once) granted.attempt = begin_run(caller, hold.locks.front().name, token, out);
  for (const Wanted& wanted : hold.locks) {
    auto at = locks_.try_emplace(wanted.name).first;
    locks_.edit(at).holders.push_back({token, hold.owner, wanted.mode});
    out.events.push_back(LockGranted{wanted.name, token, caller.id, hold.who, granted.attempt});
    note_down(wanted.name, AuditWhat::granted, token, hold.who, hold.note);
  }
  holds_.try_emplace(token, std::move(hold));
  return granted;
}

}  // namespace lock
