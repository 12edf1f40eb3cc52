#include "core/base/check.hpp"

#include <set>

#include "core/lock/machine.hpp"

namespace lock {

void Machine::check_session(SessionId id, const Session& session) const {
  CHECK(id && id <= last_.session);
  CHECK(session.end > stamp_ && session.end <= stamp_ + session.ttl);
  CHECK(session.outcomes.empty() || session.outcomes.begin()->first > session.acknowledged);
  CHECK(session.waiting.empty() || session.waiting.begin()->first > session.acknowledged);
  // One more than the bound: a Cancel that took the last place answers its Acquire too.
  CHECK(session.outcomes.size() + session.waiting.size() <= limits_.replies_per_session + 1);
  CHECK(expiries_.entries().contains({session.end, Expiry::Kind::session, id.value}));
  for (const auto& [sequence, waiting] : session.waiting) {
    CHECK(!session.outcomes.contains(sequence));
    const LockState& lock = locks_.at(waiting.name);
    CHECK(lock.queue.ahead_of(waiting.arrival) < lock.queue.size());
    CHECK(lock.hold ? lock.hold->session != id : rest_.has_value());
  }
  for (const auto& [token, name] : session.holds) {
    const Hold* hold = find_hold(name, token);
    CHECK(hold != nullptr && hold->session == id && !hold->detached_end);
  }
}

void Machine::check_hold(const std::string& name, const Hold& hold) const {
  CHECK(hold.token && hold.token <= last_.token);
  CHECK(hold.since <= stamp_ && end_of(hold) > stamp_);
  if (hold.detached_end) {
    const auto at = expiries_.entries().find({*hold.detached_end, Expiry::Kind::hold, hold.token.value});
    CHECK(at != expiries_.entries().end() && at->second == name);
  } else {
    CHECK(sessions_.at(hold.session).holds.at(hold.token) == name);
  }
}

void Machine::check_lock(const std::string& name, const LockState& lock) const {
  CHECK(check_name(name).ok());
  CHECK(lock.hold || (rest_ && !lock.queue.empty()));
  if (lock.hold) check_hold(name, *lock.hold);
  CHECK(lock.queue.size() <= limits_.waiters_per_lock);
  std::uint64_t arrival = 0;
  std::set<SessionId> sessions;
  for (const auto& waiter : lock.queue) {
    CHECK(waiter.arrival > arrival && waiter.arrival <= last_.arrival);
    arrival = waiter.arrival;
    CHECK(sessions.insert(waiter.session).second);
    const Waiting& waiting = sessions_.at(waiter.session).waiting.at(waiter.sequence);
    CHECK(waiting.name == name && waiting.arrival == waiter.arrival);
  }
}

void Machine::check() const {
  std::set<Token> tokens;
  std::size_t detached = 0;
  for (const auto& [id, session] : sessions_) check_session(id, session);
  for (const auto& [name, lock] : locks_) {
    check_lock(name, lock);
    if (!lock.hold) continue;
    CHECK(tokens.insert(lock.hold->token).second);
    detached += lock.hold->detached_end ? 1 : 0;
  }
  std::set<Revision> revisions;
  for (const auto& [name, record] : records_) {
    CHECK(check_name(name).ok());
    CHECK(record.revision <= last_.revision && revisions.insert(record.revision).second);
    CHECK(record.written <= stamp_ && record.end > stamp_);
    CHECK((record.attempt == 0) == !record.attempt_token);
    CHECK(!record.token || *record.token == record.attempt_token);
    const auto at = expiries_.entries().find({record.end, Expiry::Kind::record, record.revision.value});
    CHECK(at != expiries_.entries().end() && at->second == name);
  }
  sessions_.check();
  locks_.check();
  records_.check();
  expiries_.entries().check();
  // One more than the bound: a recovery writes its record however many there are.
  CHECK(sessions_.size() <= limits_.sessions && records_.size() <= limits_.records + 1);
  CHECK(locks_.size() <= limits_.locks);
  const std::size_t rests = rest_ ? 1 : 0;
  if (rest_) {
    CHECK(rest_->since <= stamp_ && rest_->until > stamp_);
    CHECK(expiries_.entries().contains({rest_->until, Expiry::Kind::rest, 0}));
  }
  // Each was found, so there is none besides.
  CHECK(expiries_.entries().size() == sessions_.size() + detached + records_.size() + rests);
}

}  // namespace lock
