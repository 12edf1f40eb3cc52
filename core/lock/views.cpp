#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/base/duration.hpp"
#include "core/lock/machine.hpp"

namespace lock {
namespace {

constexpr std::size_t kHoldersShown = 16;

std::size_t bytes_of(const NameView& row) {
  std::size_t bytes = row.name.size() + 128;  // more than its numbers take
  for (const Holder& holder : row.holders) {
    bytes += 64 + holder.who.size() + holder.note.size();
    for (const auto& name : holder.with) bytes += 8 + name.size();
  }
  if (!row.record) return bytes;
  bytes += row.record->state.size() + row.record->value.size() + row.record->writer.size();
  if (row.record->once) bytes += 32 + row.record->once->input.size();
  for (const LateResult& late : row.record->late) bytes += 48 + late.who.size();
  return bytes;
}

template <class Map>
auto* find_in(Map& map, const std::string& name) {
  const auto at = map.find(name);
  return at == map.end() ? nullptr : &at->second;
}

Record view_of(const RecordState& record, LogTime now) {
  Record view;
  view.state = record.state;
  view.code = record.code;
  view.value = record.value;
  view.writer = std::string(record.writer.view());
  view.token = record.token;
  view.attempt = record.attempt;
  view.revision = record.revision;
  view.age = time_between(record.written, now);
  if (record.end) view.left = time_between(now, *record.end);
  view.cut = record.cut;
  if (record.once) view.once = OnceView{record.once->attempts, record.once->on_fail, record.once->input};
  for (const LateState& late : record.late)
    view.late.push_back({late.token, late.code, std::string(late.who.view()), time_between(late.at, now)});
  return view;
}

}  // namespace

const LockState* Machine::find_lock(const std::string& name) const {
  return find_in(locks_, name);
}

NameView Machine::view(const std::string& name, LogTime now) const {
  return view(name, find_in(locks_, name), find_in(records_, name), now);
}

NameView Machine::view(const std::string& name, const LockState* lock, const RecordState* record,
                       LogTime now) const {
  NameView view;
  view.name = name;
  if (lock != nullptr) {
    for (std::size_t i = 0; i < std::min(lock->holders.size(), kHoldersShown); ++i)
      view.holders.push_back(view_of(lock->holders[i], name, now));
    view.holder_count = lock->holders.size();
    view.waiters = lock->queue.size();
    if (!lock->blocked_by.empty()) view.blocked_for = time_between(now, blocked_until(*lock));
  }
  if (record != nullptr) view.record = lock::view_of(*record, now);
  return view;
}

LogTime Machine::blocked_until(const LockState& lock) const {
  LogTime until;
  for (const Token token : lock.blocked_by) until = std::max(until, blocks_.at(token).until);
  return until;
}

Holder Machine::view_of(const Holding& holding, const std::string& name, LogTime now) const {
  const Hold& hold = holds_.at(holding.token);
  Holder view;
  view.token = holding.token;
  view.who = std::string(hold.who.view());
  view.note = hold.note;
  view.mode = holding.mode;
  view.detached = hold.detached_end.has_value();
  view.entries = static_cast<std::uint32_t>(hold.entries.size());
  view.held_for = time_between(hold.since, now);
  view.left = time_between(now, end_of(hold));
  for (const Wanted& lock : hold.locks) {
    if (lock.name != name) view.with.push_back(lock.name);
  }
  return view;
}

Listing Machine::list(const std::string& prefix, const std::string& after, LogTime now) const {
  const auto first_of = [&](const auto& map) {
    return after < prefix ? map.lower_bound(prefix) : map.upper_bound(after);
  };
  const auto in_reach = [&](const auto& map, const auto& at) {
    return at != map.end() && at->first.starts_with(prefix);
  };
  Listing listing;
  std::size_t bytes = 0;
  auto lock = first_of(locks_);
  auto record = first_of(records_);
  for (;;) {
    const bool has_lock = in_reach(locks_, lock);
    const bool has_record = in_reach(records_, record);
    if (!has_lock && !has_record) return listing;
    const bool take_lock = has_lock && (!has_record || lock->first <= record->first);
    const bool take_record = has_record && (!has_lock || record->first <= lock->first);
    auto row = view(take_lock ? lock->first : record->first, take_lock ? &lock->second : nullptr,
                    take_record ? &record->second : nullptr, now);
    bytes += bytes_of(row);
    const bool is_full = listing.names.size() >= limits_.listed || bytes > limits_.listed_bytes;
    if (is_full && !listing.names.empty()) {
      listing.more = true;
      return listing;
    }
    listing.names.push_back(std::move(row));
    if (take_lock) ++lock;
    if (take_record) ++record;
  }
}

std::optional<Millis> Machine::hold_left(const std::string& name, Token token, LogTime now) const {
  const Hold* hold = find_hold(name, token);
  if (hold == nullptr) return std::nullopt;
  return time_between(now, end_of(*hold));
}

bool Machine::wait_is_over(const WaitStatus& wait) const {
  const RecordState* record = find_record(wait.name);
  return record != nullptr && (is_finished(record->state) || (wait.after && record->revision > *wait.after));
}

std::optional<Queued> Machine::waiting(SessionId session, Sequence sequence, LogTime now) const {
  const auto at = sessions_.find(session);
  if (at == sessions_.end()) return std::nullopt;
  const auto waits = at->second.waiting.find(sequence);
  if (waits == at->second.waiting.end()) return std::nullopt;
  return queued(waits->second, now);
}

Queued Machine::queued(const Waiting& waiting, LogTime now) const {
  const Obstacle obstacle = obstacle_of(waiting, now);
  return Queued{obstacle.holder, obstacle.held_for, obstacle.ahead};
}

// What is in the way of the first name that something is in the way of.
Machine::Obstacle Machine::obstacle_of(const Waiting& waiting, LogTime now) const {
  for (const Wanted& wanted : waiting.locks) {
    const LockState* lock = find_lock(wanted.name);
    if (lock == nullptr || !lock->is_in_the_way_of(wanted.mode, lock->queue.counts_before(waiting.place)))
      continue;
    const std::uint64_t ahead = lock->queue.ahead_of(waiting.place);
    if (!lock->holders.empty()) {
      const Hold& hold = holds_.at(lock->holders.front().token);
      return {std::string(hold.who.view()), time_between(hold.since, now), ahead};
    }
    if (!lock->blocked_by.empty()) {
      return {"nobody (blocked after a hold that did not end well, for another " +
                  base::format_duration(time_between(now, blocked_until(*lock))) + ")",
              Millis(0), ahead};
    }
    return {"nobody (" + std::string(sessions_.at(lock->queue.begin()->session).who.view()) +
                " is first in line)",
            Millis(0), ahead};
  }
  if (!rest_) return {"nobody", Millis(0), 0};
  std::uint64_t ahead = 0;
  if (const LockState* lock = find_lock(waiting.locks.front().name))
    ahead = lock->queue.ahead_of(waiting.place);
  return {"nobody (after a forced recovery)", time_between(rest_->since, now), ahead};
}

AuditTrail Machine::audit(const std::string& name, std::uint64_t before, LogTime now) const {
  AuditTrail trail;
  std::size_t bytes = 0;
  const std::uint64_t from = before == 0 ? last_.audit + 1 : before;
  for (auto number = audit_.last_before(name, from); number != 0;) {
    const AuditRecord& record = audit_.at(number);
    bytes += 64 + record.who.size() + record.why.size();
    if (!trail.entries.empty() && (trail.entries.size() >= limits_.listed || bytes > limits_.listed_bytes)) {
      trail.more = true;
      return trail;
    }
    trail.entries.push_back({number, lock::name_of(record.what), record.token, std::string(record.who.view()),
                             record.why, time_between(record.at, now)});
    number = audit_.next_before(name, number);
  }
  return trail;
}

}  // namespace lock
