#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/duration.hpp"
#include "core/lock/machine.hpp"

namespace lock {
namespace {

constexpr std::size_t kStateBytes = 32;

Expiry expiry_of(const RecordState& record) {
  return {*record.end, Expiry::Kind::record, record.revision.value};
}

}  // namespace

bool is_state(std::string_view state) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !state.empty() && state.size() <= kStateBytes && std::all_of(state.begin(), state.end(), allowed);
}

bool is_finished(std::string_view state) {
  return state == "done" || state == "failed" || state == "lost";
}

std::optional<Refused> Machine::refuse_status(const SetStatus& request) const {
  if (const auto name = check_name(request.name); !name) return Refused{name.error()};
  if (!is_state(request.state)) {
    return Refused{"a state is a word of 1 to " + std::to_string(kStateBytes) +
                   " of a-z 0-9 _ -, such as pending, running, done, failed or lost"};
  }
  if (request.value.size() > limits_.value_bytes) {
    return Refused{"a value has at most " + std::to_string(limits_.value_bytes) + " bytes; this one has " +
                   std::to_string(request.value.size())};
  }
  if (request.ttl < limits_.ttl_min || request.ttl > limits_.record_ttl_max) {
    return Refused{"a record's time to live is " + base::format_duration(limits_.ttl_min) + " to " +
                   base::format_duration(limits_.record_ttl_max)};
  }
  return std::nullopt;
}

// The outcome of a once is its runner's to write.
std::optional<Refused> Machine::refuse_over_once(const std::string& name, bool clears) const {
  const RecordState* record = find_record(name);
  if (record == nullptr || !record->once) return std::nullopt;
  if (is_finished(record->state)) {
    if (clears) return std::nullopt;
    return Refused{"the record of " + name + " is the outcome of a once; clear it first"};
  }
  return Refused{"the record of " + name + " is that of a once that is " + record->state +
                 "; let it run to its end, or break its hold and wait for that"};
}

// The token before the revision: whoever lost the lock is told that, whatever else has changed meanwhile.
Outcome Machine::set_status(const Caller& caller, const SetStatus& request, Applied& out) {
  if (auto refused = refuse_status(request)) return std::move(*refused);
  if (request.token && find_hold(request.name, *request.token) == nullptr) {
    out.events.push_back(StaleTokenRefused{request.name, *request.token, caller.id});
    return StaleToken{};
  }
  if (auto refused = refuse_over_once(request.name, false)) return std::move(*refused);
  const RecordState* old = find_record(request.name);
  const Revision actual = old == nullptr ? Revision() : old->revision;
  if (request.if_revision && *request.if_revision != actual) return RevisionMismatch{actual};
  if (!make_room(request.name, request.value.size(), out)) return no_room_for_records();
  return StatusSet{put_status(request, caller.session.who, caller.id, out)};
}

Revision Machine::put_status(const SetStatus& request, const base::Bytes& writer, SessionId session,
                             Applied& out) {
  RecordState record;
  if (const RecordState* old = find_record(request.name)) {
    record.attempt = old->attempt;
    record.attempt_token = old->attempt_token;
    record.late = old->late;
  }
  record.state = request.state;
  record.code = request.code;
  record.value = base::Bytes(request.value);
  record.writer = writer;
  record.token = request.token;
  if (request.token && *request.token != record.attempt_token) {
    record.attempt_token = *request.token;
    ++record.attempt;
  }
  record.end = stamp_ + request.ttl;
  return put_record(request.name, std::move(record), session, out);
}

Outcome Machine::clear_status(const Caller& caller, const ClearStatus& request, Applied& out) {
  if (const auto name = check_name(request.name); !name) return Refused{name.error()};
  if (auto refused = refuse_over_once(request.name, true)) return std::move(*refused);
  const auto at = records_.find(request.name);
  const Revision actual = at == records_.end() ? Revision() : at->second.revision;
  if (request.if_revision && *request.if_revision != actual) return RevisionMismatch{actual};
  if (at == records_.end()) return StatusCleared{false};
  drop_record(at, caller.id, caller.session.who, out);
  return StatusCleared{true};
}

Revision Machine::put_record(const std::string& name, RecordState record, SessionId session, Applied& out) {
  auto [at, is_new] = records_.try_emplace(name);
  if (!is_new) {
    index_record(name, at->second, false);
    if (at->second.end) expiries_.remove(expiry_of(at->second));
  }
  last_.revision = last_.revision.next();
  record.revision = last_.revision;
  record.written = stamp_;
  record.touched = ++last_.touch;
  if (record.end) expiries_.add(expiry_of(record), name);
  index_record(name, record, true);
  out.events.push_back(
      StatusChanged{name, record.state, record.revision, record.token, session, record.writer, record.code});
  records_.edit(at) = std::move(record);
  return last_.revision;
}

void Machine::drop_record(Records::const_iterator at, SessionId session, const base::Bytes& who,
                          Applied& out) {
  const std::string name = at->first;
  const RecordState& record = at->second;
  if (record.end) expiries_.remove(expiry_of(record));
  index_record(name, record, false);
  out.events.push_back(StatusChanged{name, {}, record.revision, std::nullopt, session, who, std::nullopt});
  records_.erase(at);
}

void Machine::index_record(const std::string& name, const RecordState& record, bool comes) {
  const std::uint64_t bytes = name.size() + record.value.size();
  record_bytes_ += comes ? bytes : std::uint64_t(0) - bytes;
  if (!is_finished(record.state)) return;
  if (comes) {
    finished_.try_emplace(record.touched, name);
  } else {
    finished_.erase(record.touched);
  }
}

void Machine::touch(const std::string& name) {
  RecordState& record = records_.edit(name);
  index_record(name, record, false);
  record.touched = ++last_.touch;
  index_record(name, record, true);
}

std::optional<std::vector<std::string>> Machine::room_for(const std::string& name,
                                                          std::size_t value_bytes) const {
  const RecordState* old = find_record(name);
  std::uint64_t count = records_.size() + (old == nullptr ? 1 : 0);
  std::uint64_t bytes = record_bytes_ + value_bytes + (old == nullptr ? name.size() : 0) -
                        (old == nullptr ? 0 : old->value.size());
  // Only what makes it more is refused: a bound may have been lowered below what is there.
  const bool grows_in_number = old == nullptr;
  const auto fits = [&] {
    return (count <= limits_.records || !grows_in_number) &&
           (bytes <= limits_.record_bytes || bytes <= record_bytes_);
  };
  std::vector<std::string> gone;
  if (limits_.evict_lru) {
    for (const auto& [touched, candidate] : finished_) {
      if (fits()) break;
      const LockState* lock = find_lock(candidate);
      if (candidate == name || (lock != nullptr && !lock->holders.empty())) continue;
      --count;
      bytes -= candidate.size() + find_record(candidate)->value.size();
      gone.push_back(candidate);
    }
  }
  if (!fits()) return std::nullopt;
  return gone;
}

bool Machine::make_room(const std::string& name, std::size_t value_bytes, Applied& out) {
  const auto gone = room_for(name, value_bytes);
  if (!gone) return false;
  for (const auto& old : *gone) drop_record(records_.find(old), SessionId(), {}, out);
  return true;
}

Refused Machine::no_room_for_records() const {
  return Refused{"there are " + std::to_string(records_.size()) + " status records of " +
                 std::to_string(record_bytes_) + " bytes, and at most " + std::to_string(limits_.records) +
                 " of " + std::to_string(limits_.record_bytes) +
                 " bytes are kept; clear some or let them expire"};
}

const RecordState* Machine::find_record(const std::string& name) const {
  const auto at = records_.find(name);
  return at == records_.end() ? nullptr : &at->second;
}

}  // namespace lock
