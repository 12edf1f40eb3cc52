// A forced recovery: tokens start behind those of the lost cluster, and for a time nothing is granted.
#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/base/duration.hpp"
#include "core/lock/machine.hpp"

namespace lock {
Reply Machine::recover(const Recover& request, Applied& out) {
  if (auto refused = refuse_recovery(request)) return std::move(*refused);
  last_.token = std::max(last_.token, Token(request.epoch_floor));
  rest_until(stamp_ + request.no_grants_for);
  SetStatus record;
  record.name = kRecoveryRecord;
  record.state = "done";
  record.value = request.note;
  record.ttl = Limits{}.record_ttl_max;
  // However many records there are: nobody is left without knowing.
  return StatusSet{put_status(record, base::Bytes("lockd recover"), SessionId(), out)};
}

std::optional<Refused> Machine::refuse_recovery(const Recover& request) const {
  // Far from the end, so that grants remain to be made.
  constexpr std::uint64_t kFloorMax = kTokenEnd.value / 2;
  if (request.epoch_floor > kFloorMax) {
    return Refused{"a recovery's lowest token is at most " + std::to_string(kFloorMax)};
  }
  // Not by the bounds in force: an operator may have moved them, and nobody reads the answer.
  constexpr Limits fixed;
  if (request.no_grants_for < Millis(0) || request.no_grants_for > fixed.record_ttl_max) {
    return Refused{"after a recovery nothing is granted for at most " +
                   base::format_duration(fixed.record_ttl_max)};
  }
  if (request.note.size() > fixed.value_bytes) {
    return Refused{"a recovery's note has at most " + std::to_string(fixed.value_bytes) + " bytes"};
  }
  return std::nullopt;
}

void Machine::rest_until(LogTime end) {
  if (end <= stamp_ || (rest_ && rest_->until >= end)) return;
  if (rest_) {
    expiries_.move({rest_->until, Expiry::Kind::rest, 0}, end);
    rest_->until = end;
    return;
  }
  rest_ = Rest{stamp_, end};
  expiries_.add({end, Expiry::Kind::rest, 0});
}

Refused Machine::resting() const {
  return Refused{"nothing is granted yet after a forced recovery, for another " +
                 base::format_duration(time_between(stamp_, rest_->until))};
}

Machine::Freed Machine::waited_for() const {
  Freed names;
  for (const auto& [name, lock] : locks_) {
    if (!lock.queue.empty()) names.push_back(name);
  }
  return names;
}

}  // namespace lock
