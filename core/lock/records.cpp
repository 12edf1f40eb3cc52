#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/duration.hpp"
#include "core/lock/machine.hpp"

namespace lock {
namespace {

constexpr std::size_t kStateBytes = 32;

Expiry expiry_of(const RecordState& record) {
  return {record.end, Expiry::Kind::record, record.revision.value};
}

}  // namespace

bool is_state(std::string_view state) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !state.empty() && state.size() <= kStateBytes && std::all_of(state.begin(), state.end(), allowed);
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

// The token before the revision: whoever lost the lock is told that, whatever else has changed meanwhile.
Outcome Machine::set_status(const Caller& caller, const SetStatus& request, Applied& out) {
  if (auto refused = refuse_status(request)) return std::move(*refused);
  if (request.token && find_hold(request.name, *request.token) == nullptr) {
    out.events.push_back(StaleTokenRefused{request.name, *request.token, caller.id});
    return StaleToken{};
  }
  const auto at = records_.find(request.name);
  const Revision actual = at == records_.end() ? Revision() : at->second.revision;
  if (request.if_revision && *request.if_revision != actual) return RevisionMismatch{actual};
  if (at == records_.end() && records_.size() >= limits_.records) {
    return Refused{"there are " + std::to_string(limits_.records) +
                   " status records, the most that are kept; clear some or let them expire"};
  }
  return StatusSet{write_record(request, caller.session.who, caller.id, out)};
}

Revision Machine::write_record(const SetStatus& request, const base::Bytes& writer, SessionId session,
                               Applied& out) {
  auto [at, is_new] = records_.try_emplace(request.name);
  RecordState& record = records_.edit(at);
  if (!is_new) expiries_.remove(expiry_of(record));
  last_.revision = last_.revision.next();
  record.state = request.state;
  record.code = request.code;
  record.value = request.value;
  record.writer = writer;
  record.token = request.token;
  if (request.token && *request.token != record.attempt_token) {
    record.attempt_token = *request.token;
    ++record.attempt;
  }
  record.revision = last_.revision;
  record.written = stamp_;
  record.end = stamp_ + request.ttl;
  expiries_.add(expiry_of(record), request.name);
  out.events.push_back(StatusChanged{request.name, record.state, record.revision, record.token, session});
  return record.revision;
}

Outcome Machine::clear_status(const Caller& caller, const ClearStatus& request, Applied& out) {
  if (const auto name = check_name(request.name); !name) return Refused{name.error()};
  const auto at = records_.find(request.name);
  const Revision actual = at == records_.end() ? Revision() : at->second.revision;
  if (request.if_revision && *request.if_revision != actual) return RevisionMismatch{actual};
  if (at == records_.end()) return StatusCleared{false};
  expiries_.remove(expiry_of(at->second));
  records_.erase(at);
  out.events.push_back(StatusChanged{request.name, {}, actual, std::nullopt, caller.id});
  return StatusCleared{true};
}

}  // namespace lock
