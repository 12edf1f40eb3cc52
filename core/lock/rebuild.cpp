#include "core/lock/rebuild.hpp"

#include <utility>

#include "core/base/overload.hpp"

namespace lock {
namespace {

base::Status verdict(const char* flaw) {
  if (flaw == nullptr) return base::Done{};
  return base::Error{std::string("not the image of a machine: ") + flaw};
}

template <class Map, class Key>
bool rises(const Map& map, const Key& last, const Key& key) {
  return map.empty() || last < key;
}

bool lasts(Millis time, Millis min, Millis max) {
  return time >= min && time <= max;
}

}  // namespace

base::Status Rebuild::begin(const Head& head) {
  const Limits& limits = machine_.limits_;
  const auto& counters = head.counters;
  for (const auto last :
       {counters.session.value, counters.token.value, counters.revision.value, counters.arrival}) {
    if (last >= kTokenEnd.value) return verdict("its numbers are used up");
  }
  if (head.sessions > limits.sessions || head.locks > limits.locks || head.records > limits.records + 1)
    return verdict("it is larger than a machine may be");
  machine_.stamp_ = head.stamp;
  machine_.last_ = counters;
  awaited_ = head;
  if (!head.rest) return base::Done{};
  if (head.rest->since > head.stamp || head.rest->until <= head.stamp ||
      head.rest->until - head.rest->since > 2 * limits.record_ttl_max)
    return verdict("its rest is over");
  machine_.rest_ = head.rest;
  machine_.expiries_.add({head.rest->until, Expiry::Kind::rest, 0}, {});
  return base::Done{};
}

const char* Rebuild::flaw_of(const Outcome& outcome) const {
  const auto& last = machine_.last_;
  const auto above = [](bool is_above) { return is_above ? "an answer is ahead of its counter" : nullptr; };
  return std::visit(base::Overload{
                        [&](const Granted& v) { return above(!v.token || v.token > last.token); },
                        [&](const StatusSet& v) { return above(!v.revision || v.revision > last.revision); },
                        [&](const RevisionMismatch& v) { return above(v.actual > last.revision); },
                        [&](const auto&) { return above(false); },
                    },
                    outcome);
}

const char* Rebuild::flaw_of(const Waiting& waiting) const {
  const Limits& limits = machine_.limits_;
  if (!check_name(waiting.name)) return "a request waits for a name that can't be";
  if (waiting.note.size() > limits.text_bytes) return "a waiting request's note is too long";
  if (waiting.arrival == 0 || waiting.arrival > machine_.last_.arrival) return "a place in line can't be";
  if (waiting.detached && !lasts(*waiting.detached, limits.ttl_min, limits.ttl_max))
    return "a waiting request's lease is out of bounds";
  return nullptr;
}

const char* Rebuild::flaw_of(SessionId id, const Session& session) const {
  const Limits& limits = machine_.limits_;
  const LogTime stamp = machine_.stamp_;
  if (!id || id > machine_.last_.session) return "a session's number was never given out";
  if (!lasts(session.ttl, limits.ttl_min, limits.ttl_max)) return "a session's time to live is out of bounds";
  if (session.end <= stamp || session.end > stamp + session.ttl) return "a session's end can't be";
  if (session.who.size() > limits.text_bytes) return "a client's description is too long";
  // One more than the bound, as in Machine::check_session.
  if (session.outcomes.size() + session.waiting.size() > limits.replies_per_session + 1)
    return "a session has too many requests";
  for (const auto& [sequence, outcome] : session.outcomes) {
    if (sequence <= session.acknowledged) return "an answer is kept that was acknowledged";
    if (const char* flaw = flaw_of(outcome)) return flaw;
  }
  for (const auto& [sequence, waiting] : session.waiting) {
    if (sequence <= session.acknowledged || session.outcomes.contains(sequence))
      return "a request waits that was answered";
    if (const char* flaw = flaw_of(waiting)) return flaw;
  }
  return nullptr;
}

const char* Rebuild::stand_in_line(SessionId id, const Session& session) {
  for (const auto& [sequence, waiting] : session.waiting) {
    auto at = lines_.try_emplace(waiting.name).first;
    Line& line = lines_.edit(at);
    if (line.size() >= machine_.limits_.waiters_per_lock) return "a line is too long";
    if (!line.try_emplace(waiting.arrival, WaitQueue::Waiter{waiting.arrival, id, sequence}).second)
      return "two have one place in line";
  }
  return nullptr;
}

base::Status Rebuild::add(SessionId id, Session session) {
  if (machine_.sessions_.size() >= awaited_.sessions) return verdict("it has more sessions than it says");
  if (!rises(machine_.sessions_, last_session_, id)) return verdict("its sessions are out of order");
  if (const char* flaw = flaw_of(id, session)) return verdict(flaw);
  if (const char* flaw = stand_in_line(id, session)) return verdict(flaw);
  machine_.expiries_.add({session.end, Expiry::Kind::session, id.value}, {});
  machine_.sessions_.try_emplace(id, std::move(session));
  last_session_ = id;
  return base::Done{};
}

const char* Rebuild::add_queue(const std::string& name, LockState& lock) {
  auto line = lines_.find(name);
  if (line == lines_.end()) return lock.hold ? nullptr : "a name is neither held nor waited for";
  if (!lock.hold && !machine_.rest_) return "a name is waited for that nobody holds";
  base::CowMap<SessionId, Nothing> sessions;
  for (const auto& [arrival, waiter] : line->second) {
    if (lock.hold && lock.hold->session == waiter.session) return "a holder waits for itself";
    if (!sessions.try_emplace(waiter.session).second) return "a session waits twice for one name";
    lock.queue.push(waiter);
  }
  lines_.erase(line);
  return nullptr;
}

const char* Rebuild::flaw_of(const Hold& hold) const {
  const Limits& limits = machine_.limits_;
  const LogTime stamp = machine_.stamp_;
  if (!hold.token || hold.token > machine_.last_.token || tokens_.contains(hold.token))
    return "a token was never given out, or twice";
  if (hold.since > stamp) return "a hold began in the future";
  if (hold.note.size() > limits.text_bytes || hold.who.size() > limits.text_bytes)
    return "a holder's description is too long";
  if (!hold.session || hold.session > machine_.last_.session) return "a holder was never there";
  if (hold.detached_end && (*hold.detached_end <= stamp || *hold.detached_end > stamp + limits.ttl_max))
    return "a lease's end can't be";
  return nullptr;
}

const char* Rebuild::bind(const std::string& name, Hold& hold) {
  if (const char* flaw = flaw_of(hold)) return flaw;
  auto session = machine_.sessions_.find(hold.session);
  const bool lives = session != machine_.sessions_.end();
  if (!hold.detached_end && !lives) return "a holder's session isn't there";
  if (lives && (!hold.detached_end || hold.who == session->second.who)) hold.who = session->second.who;
  if (hold.detached_end) {
    machine_.expiries_.add({*hold.detached_end, Expiry::Kind::hold, hold.token.value}, name);
  } else {
    machine_.sessions_.edit(session).holds.try_emplace(hold.token, name);
  }
  tokens_.try_emplace(hold.token);
  return nullptr;
}

base::Status Rebuild::add(const std::string& name, std::optional<Hold> hold) {
  if (machine_.sessions_.size() != awaited_.sessions) return verdict("it lacks sessions");
  if (machine_.locks_.size() >= awaited_.locks) return verdict("it has more locks than it says");
  if (!rises(machine_.locks_, last_name_, name)) return verdict("its locks are out of order");
  if (!check_name(name)) return verdict("a lock has a name that can't be");
  LockState lock{std::move(hold), {}};
  if (const char* flaw = add_queue(name, lock)) return verdict(flaw);
  if (lock.hold) {
    if (const char* flaw = bind(name, *lock.hold)) return verdict(flaw);
  }
  machine_.locks_.try_emplace(name, std::move(lock));
  last_name_ = name;
  return base::Done{};
}

const char* Rebuild::flaw_of(const RecordState& record) const {
  const Limits& limits = machine_.limits_;
  if (!record.revision || record.revision > machine_.last_.revision || revisions_.contains(record.revision))
    return "a record's revision was never given out, or twice";
  if (!is_state(record.state)) return "a record's state is no word";
  if (record.value.size() > limits.value_bytes || record.writer.size() > limits.text_bytes)
    return "a record is too large";
  if (record.written > machine_.stamp_ || record.end <= machine_.stamp_ ||
      record.end > record.written + limits.record_ttl_max)
    return "a record's time can't be";
  if ((record.attempt == 0) != !record.attempt_token || record.attempt > record.attempt_token.value ||
      record.attempt_token > machine_.last_.token || (record.token && *record.token != record.attempt_token))
    return "a record's attempts can't be";
  return nullptr;
}

void Rebuild::share(base::Bytes& writer) {
  if (writer == last_writer_) writer = last_writer_;
  last_writer_ = writer;
}

base::Status Rebuild::add(const std::string& name, RecordState record) {
  if (machine_.sessions_.size() != awaited_.sessions || machine_.locks_.size() != awaited_.locks)
    return verdict("it lacks sessions or locks");
  if (machine_.records_.size() >= awaited_.records) return verdict("it has more records than it says");
  if (machine_.records_.empty()) last_name_.clear();
  if (!rises(machine_.records_, last_name_, name)) return verdict("its records are out of order");
  if (!check_name(name)) return verdict("a record has a name that can't be");
  if (const char* flaw = flaw_of(record)) return verdict(flaw);
  share(record.writer);
  revisions_.try_emplace(record.revision);
  machine_.expiries_.add({record.end, Expiry::Kind::record, record.revision.value}, name);
  machine_.records_.try_emplace(name, std::move(record));
  last_name_ = name;
  return base::Done{};
}

base::Result<Machine> Rebuild::finish() {
  if (machine_.sessions_.size() != awaited_.sessions || machine_.locks_.size() != awaited_.locks ||
      machine_.records_.size() != awaited_.records)
    return verdict("it is cut short").failure();
  if (!lines_.empty()) return verdict("a request waits for a name that isn't there").failure();
  return std::move(machine_);
}

bool Rebuild::shed(std::size_t elements) {
  return machine_.shed(elements) && lines_.shed(elements) && tokens_.shed(elements) &&
         revisions_.shed(elements);
}

}  // namespace lock
