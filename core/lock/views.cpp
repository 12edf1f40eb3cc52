#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/lock/machine.hpp"

namespace lock {
namespace {

bool is_finished(std::string_view state) {
  return state == "done" || state == "failed" || state == "lost";
}

std::size_t bytes_of(const NameView& row) {
  std::size_t bytes = row.name.size() + 128;  // more than its numbers take
  if (row.holder) bytes += row.holder->who.size() + row.holder->note.size();
  if (row.record) bytes += row.record->state.size() + row.record->value.size() + row.record->writer.size();
  return bytes;
}

template <class Map>
auto* find_in(Map& map, const std::string& name) {
  const auto at = map.find(name);
  return at == map.end() ? nullptr : &at->second;
}

}  // namespace

NameView Machine::view(const std::string& name, LogTime now) const {
  return view(name, find_in(locks_, name), find_in(records_, name), now);
}

NameView Machine::view(const std::string& name, const LockState* lock, const RecordState* record,
                       LogTime now) const {
  NameView view;
  view.name = name;
  if (lock != nullptr) {
    if (lock->hold) view.holder = view_of(*lock->hold, now);
    view.waiters = lock->queue.size();
  }
  if (record != nullptr) {
    view.record = Record{record->state,
                         record->code,
                         record->value,
                         std::string(record->writer.view()),
                         record->token,
                         record->attempt,
                         record->revision,
                         time_between(record->written, now),
                         time_between(now, record->end)};
  }
  return view;
}

Holder Machine::view_of(const Hold& hold, LogTime now) const {
  return Holder{hold.token,
                std::string(hold.who.view()),
                hold.note,
                hold.detached_end.has_value(),
                time_between(hold.since, now),
                time_between(now, end_of(hold))};
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
  const RecordState* record = find_in(records_, wait.name);
  return record != nullptr && (is_finished(record->state) || (wait.after && record->revision > *wait.after));
}

std::optional<Queued> Machine::waiting(SessionId session, Sequence sequence, LogTime now) const {
  const Session* found = nullptr;
  if (const auto at = sessions_.find(session); at != sessions_.end()) found = &at->second;
  if (found == nullptr) return std::nullopt;
  const auto waits = found->waiting.find(sequence);
  if (waits == found->waiting.end()) return std::nullopt;
  return queued(waits->second, now);
}

Queued Machine::queued(const Waiting& waiting, LogTime now) const {
  const LockState& lock = locks_.at(waiting.name);
  const auto ahead = lock.queue.ahead_of(waiting.arrival);
  if (!lock.hold) return Queued{"nobody (after a forced recovery)", time_between(rest_->since, now), ahead};
  return Queued{std::string(lock.hold->who.view()), time_between(lock.hold->since, now), ahead};
}

LogTime Machine::end_of(const Hold& hold) const {
  return hold.detached_end ? *hold.detached_end : sessions_.at(hold.session).end;
}

}  // namespace lock
