#include "core/base/overload.hpp"
#include "core/lock/machine.hpp"

namespace lock {
namespace {

// FNV-1a (Fowler, Noll, Vo), 64 bits. A text comes after its length, an optional after whether it is there,
// so that no two states feed it the same bytes.
class Hasher {
 public:
  void number(std::uint64_t v) {
    for (int shift = 0; shift < 64; shift += 8) byte(static_cast<std::uint8_t>(v >> shift));
  }
  void text(std::string_view v) {
    number(v.size());
    for (const char c : v) byte(static_cast<std::uint8_t>(c));
  }
  void add(LogTime v) { number(v.ms); }
  void add(Millis v) { number(static_cast<std::uint64_t>(v.count())); }
  void add(std::int64_t v) { number(static_cast<std::uint64_t>(v)); }
  template <class Kind>
  void add(base::Id<Kind> v) {
    number(v.value);
  }
  template <class T>
  void add(const std::optional<T>& v) {
    number(v ? 1 : 0);
    if (v) add(*v);
  }
  void add(const Lease& v) {
    add(v.stamp);
    add(v.end);
  }
  std::uint64_t value() const { return value_; }

 private:
  void byte(std::uint8_t v) { value_ = (value_ ^ v) * 0x100000001B3u; }

  std::uint64_t value_ = 0xCBF29CE484222325u;
};

void add(Hasher& hasher, const Outcome& outcome) {
  hasher.number(outcome.index());
  std::visit(base::Overload{
                 [&](const Granted& v) {
                   hasher.add(v.token);
                   hasher.add(v.lease);
                   hasher.number(v.waited ? 1 : 0);
                 },
                 [&](const Held& v) {
                   hasher.text(v.holder);
                   hasher.add(v.held_for);
                 },
                 [&](const Renewed& v) { hasher.add(v.lease); },
                 [&](const StatusSet& v) { hasher.add(v.revision); },
                 [&](const StatusCleared& v) { hasher.number(v.existed ? 1 : 0); },
                 [&](const RevisionMismatch& v) { hasher.add(v.actual); },
                 [&](const Refused& v) { hasher.text(v.why); },
                 [](const Released&) {},
                 [](const NotHeld&) {},
                 [](const Cancelled&) {},
                 [](const StaleToken&) {},
                 [](const StaleSequence&) {},
             },
             outcome);
}

void add(Hasher& hasher, const Session& session) {
  hasher.add(session.ttl);
  hasher.text(session.who.view());
  hasher.add(session.end);
  hasher.add(session.acknowledged);
  hasher.add(session.overflowed);
  hasher.number(session.outcomes.size());
  for (const auto& [sequence, outcome] : session.outcomes) {
    hasher.add(sequence);
    add(hasher, outcome);
  }
  hasher.number(session.waiting.size());
  for (const auto& [sequence, waiting] : session.waiting) {
    hasher.add(sequence);
    hasher.text(waiting.name);
    hasher.number(waiting.arrival);
    hasher.add(waiting.detached);
    hasher.text(waiting.note);
  }
  hasher.number(session.holds.size());
  for (const auto& [token, name] : session.holds) {
    hasher.add(token);
    hasher.text(name);
  }
}

void add(Hasher& hasher, const LockState& lock) {
  hasher.number(lock.hold ? 1 : 0);
  if (lock.hold) {
    hasher.add(lock.hold->token);
    hasher.add(lock.hold->session);
    hasher.text(lock.hold->who.view());
    hasher.text(lock.hold->note);
    hasher.add(lock.hold->since);
    hasher.add(lock.hold->detached_end);
  }
  hasher.number(lock.queue.size());
  for (const auto& waiter : lock.queue) {
    hasher.number(waiter.arrival);
    hasher.add(waiter.session);
    hasher.add(waiter.sequence);
  }
}

void add(Hasher& hasher, const RecordState& record) {
  hasher.text(record.state);
  hasher.add(record.code);
  hasher.text(record.value);
  hasher.text(record.writer.view());
  hasher.add(record.token);
  hasher.add(record.attempt_token);
  hasher.number(record.attempt);
  hasher.add(record.revision);
  hasher.add(record.written);
  hasher.add(record.end);
}

}  // namespace

// The expiries are left out: they follow from the rest, which check() shows.
std::uint64_t Machine::digest() const {
  Hasher hasher;
  hasher.add(stamp_);
  hasher.add(last_.session);
  hasher.add(last_.token);
  hasher.add(last_.revision);
  hasher.number(last_.arrival);
  hasher.number(sessions_.size());
  for (const auto& [id, session] : sessions_) {
    hasher.add(id);
    add(hasher, session);
  }
  hasher.number(locks_.size());
  for (const auto& [name, lock] : locks_) {
    hasher.text(name);
    add(hasher, lock);
  }
  hasher.number(records_.size());
  for (const auto& [name, record] : records_) {
    hasher.text(name);
    add(hasher, record);
  }
  // At the end, where nothing else can stand: its absence needs no mark.
  if (rest_) {
    hasher.add(rest_->since);
    hasher.add(rest_->until);
  }
  return hasher.value();
}

}  // namespace lock
