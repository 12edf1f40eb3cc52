#include "core/base/overload.hpp"
#include "core/lock/machine.hpp"

namespace lock {
namespace {

// FNV-1a (Fowler, Noll, Vo), 64 bits. A text and a list come after their length, an optional after whether it
// is there, an alternative after its number, so that no two states feed it the same bytes.
class Hasher {
 public:
  template <class... Ts>
  void operator()(const Ts&... values) {
    (add(values), ...);
  }
  std::uint64_t value() const { return value_; }

 private:
  void number(std::uint64_t v) {
    for (int shift = 0; shift < 64; shift += 8)
      value_ = (value_ ^ static_cast<std::uint8_t>(v >> shift)) * 0x100000001B3u;
  }
  template <class T>
  requires std::is_integral_v<T> || std::is_enum_v<T>
  void add(T v) { number(static_cast<std::uint64_t>(v)); }
  void add(std::string_view v) {
    number(v.size());
    for (const char c : v) value_ = (value_ ^ static_cast<std::uint8_t>(c)) * 0x100000001B3u;
  }
  void add(const std::string& v) { add(std::string_view(v)); }
  void add(const base::Bytes& v) { add(v.view()); }
  void add(LogTime v) { number(v.ms); }
  void add(Millis v) { number(static_cast<std::uint64_t>(v.count())); }
  template <class Kind>
  void add(base::Id<Kind> v) {
    number(v.value);
  }
  template <class T>
  void add(const std::optional<T>& v) {
    number(v ? 1 : 0);
    if (v) add(*v);
  }
  template <class T>
  void add(const std::vector<T>& v) {
    number(v.size());
    for (const T& element : v) add(element);
  }
  template <class A, class B>
  void add(const std::pair<A, B>& v) {
    (*this)(v.first, v.second);
  }
  template <class Map>
  requires requires(const Map& map) { map.begin()->second; }
  void add(const Map& map) {
    number(map.size());
    for (const auto& element : map) add(element);
  }
  template <class... Ts>
  void add(const std::variant<Ts...>& v) {
    number(v.index());
    std::visit([this](const auto& alternative) { this->add(alternative); }, v);
  }
  template <class T>
  requires std::is_empty_v<T>
  void add(const T&) {}

  void add(const Counted& v) { add(v.limit); }
  void add(const Wanted& v) { (*this)(v.name, v.mode); }
  void add(const Lease& v) { (*this)(v.stamp, v.end); }
  void add(const Granted& v) { (*this)(v.token, v.lease, v.waited, v.ends_by, v.entries, v.attempt); }
  void add(const Held& v) { (*this)(v.holder, v.held_for); }
  void add(const Renewed& v) { add(v.lease); }
  void add(const StatusSet& v) { add(v.revision); }
  void add(const StatusCleared& v) { add(v.existed); }
  void add(const RevisionMismatch& v) { add(v.actual); }
  void add(const Refused& v) { add(v.why); }
  void add(const Superseded& v) { add(v.by); }
  void add(const Deadlock::Link& v) { (*this)(v.who, v.waits_for); }
  void add(const Deadlock& v) { add(v.cycle); }
  void add(const Broken& v) { add(v.blocked_for); }
  void add(const OnceOutcome& v) {
    (*this)(v.name, v.ended.state, v.ended.code, v.ended.attempt, v.ended.runner, v.ended.revision);
  }
  void add(const OnceFinished& v) { (*this)(v.state, v.revision); }

  void add(const WaitQueue::Place& v) { (*this)(v.level, v.arrival); }
  void add(const Waiting& v) {
    (*this)(v.locks, v.place, v.detached, v.note, v.max_hold, v.lock_delay, v.newest, v.once);
  }
  void add(const TakenEntry& v) { (*this)(v.token, v.acquire, v.why); }
  void add(const Session& v) {
    (*this)(v.ttl, v.who, v.owner, v.end, v.acknowledged, v.overflowed, v.outcomes, v.waiting, v.taken);
  }
  void add(const HoldEntry& v) { (*this)(v.session, v.acquire, v.detached); }
  void add(const Hold& v) {
    (*this)(v.owner, v.acquirer, v.who, v.note, v.since, v.locks, v.entries, v.detached_end, v.max_end);
    (*this)(v.lock_delay, v.once);
  }
  void add(const Block& v) { (*this)(v.until, v.names, v.confirmable); }
  void add(const OnceTerms& v) { (*this)(v.keep, v.attempts, v.on_fail, v.input); }
  void add(const LateState& v) { (*this)(v.token, v.code, v.who, v.at); }
  void add(const RecordState& v) {
    (*this)(v.state, v.code, v.value, v.writer, v.token, v.attempt_token, v.attempt, v.revision, v.written,
            v.end);
    (*this)(v.cut, v.once, v.late, v.touched);
  }
  void add(const Rest& v) { (*this)(v.since, v.until); }
  void add(const Machine::Counters& v) {
    (*this)(v.session, v.token, v.revision, v.arrival, v.touch, v.audit);
  }
  void add(const Setting& v) { add(v.value); }
  void add(const AuditRecord& v) { (*this)(v.name, v.what, v.token, v.who, v.why, v.at); }

  std::uint64_t value_ = 0xCBF29CE484222325u;
};

// As many as one entry may well add.
constexpr std::uint64_t kAuditDigested = 8;

}  // namespace

// What follows from the rest is left out: check() shows that it does.
std::uint64_t Machine::digest() const {
  Hasher hasher;
  hasher(stamp_, last_, rest_, settings_of(limits_), sessions_, holds_, blocks_, records_);
  const auto& entries = audit_.entries();
  const std::uint64_t first = last_.audit > kAuditDigested ? last_.audit - kAuditDigested : 0;
  for (auto at = entries.upper_bound(first); at != entries.end(); ++at) hasher(*at->second.record);
  return hasher.value();
}

}  // namespace lock
