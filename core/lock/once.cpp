// A lock and its record in one.
#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/duration.hpp"
#include "core/lock/machine.hpp"

namespace lock {
namespace {

const char* name_of(OnFail on_fail) {
  return on_fail == OnFail::next ? "next" : "replay";
}

std::optional<Refused> refuse_other_terms(const OnceTerms& terms, const Once& request) {
  const auto differs = [&](const std::string& what, const std::string& is, const std::string& asked) {
    return Refused{request.name + " was begun with " + what + " " + is + ", not " + asked +
                   "; ask for the same, or clear its record"};
  };
  if (terms.keep != request.keep)
    return differs("keep", base::format_duration(terms.keep), base::format_duration(request.keep));
  if (terms.attempts != request.attempts)
    return differs("attempts", std::to_string(terms.attempts), std::to_string(request.attempts));
  if (terms.on_fail != request.on_fail)
    return differs("on-fail", name_of(terms.on_fail), name_of(request.on_fail));
  if (!terms.input.empty() && !request.input.empty() && terms.input != request.input)
    return Refused{request.name + " was begun with another input; ask for the same, or clear its record"};
  return std::nullopt;
}

}  // namespace

std::optional<Outcome> Machine::once(const Caller& caller, const Once& request, Applied& out) {
  if (auto refused = refuse_once(request)) return std::move(*refused);
  Waiting wish{{Wanted{request.name, Exclusive{}}}, {}, {}, request.note, {}, Millis(0), false, true};
  if (auto outcome = outcome_of(request)) return outcome;
  const LockState* lock = find_lock(request.name);
  if (const Holding* holding = lock == nullptr ? nullptr : lock->holding_of(caller.session.owner))
    return Refused{"this owner holds it already, with token " + std::to_string(holding->token.value)};
  if (auto refused = refuse_wish(caller, wish)) return std::move(*refused);
  if (find_record(request.name) == nullptr && !room_for(request.name, 0)) return no_room_for_records();
  return pursue(caller, std::move(wish), Manner{request.wait, false, &request}, out);
}

std::optional<Refused> Machine::refuse_once(const Once& request) const {
  if (const auto name = check_name(request.name); !name) return Refused{name.error()};
  if (request.name == kRecoveryRecord)
    return Refused{request.name + " is written by a recovery; take another name"};
  if (request.keep < limits_.ttl_min || request.keep > limits_.record_ttl_max) {
    return Refused{"an outcome is kept for " + base::format_duration(limits_.ttl_min) + " to " +
                   base::format_duration(limits_.record_ttl_max)};
  }
  if (request.attempts == 0 || request.attempts > limits_.attempts_max)
    return Refused{"a once has 1 to " + std::to_string(limits_.attempts_max) + " attempts"};
  if (request.note.size() > limits_.text_bytes || request.input.size() > limits_.text_bytes) {
    return Refused{"a note and the hash of an input have at most " + std::to_string(limits_.text_bytes) +
                   " bytes"};
  }
  return std::nullopt;
}

// Where the record decides alone. Nothing: the request is for the lock.
std::optional<Outcome> Machine::outcome_of(const Once& request) {
  const RecordState* record = find_record(request.name);
  if (record == nullptr) return std::nullopt;
  if (!record->once)
    return Refused{"the record of " + request.name + " was written by status; clear it first"};
  if (auto refused = refuse_other_terms(*record->once, request)) return std::move(*refused);
  if (!is_finished(record->state)) return std::nullopt;
  touch(request.name);
  return ended_as(request.name, *record);
}

OnceOutcome Machine::ended_as(const std::string& name, const RecordState& record) const {
  OnceEnded ended;
  ended.state = record.state;
  ended.code = record.code.value_or(0);
  ended.attempt = static_cast<std::uint32_t>(record.attempt);
  ended.runner = std::string(record.writer.view());
  ended.revision = record.revision;
  return OnceOutcome{name, std::move(ended)};
}

// The caller runs now or waits.
void Machine::begin_record(const Caller& caller, const Once& request, Applied& out) {
  if (find_record(request.name) != nullptr) return;
  const bool has_room = make_room(request.name, 0, out);
  CHECK(has_room);
  RecordState record;
  record.state = "pending";
  record.writer = caller.session.who;
  record.end = stamp_ + request.keep;
  record.once = OnceTerms{request.keep, request.attempts, request.on_fail, request.input};
  put_record(request.name, std::move(record), caller.id, out);
}

std::uint32_t Machine::begin_run(const Caller& caller, const std::string& name, Token token, Applied& out) {
  RecordState record = *find_record(name);
  CHECK(record.once && record.state == "pending" && record.attempt < record.once->attempts);
  record.state = "running";
  record.code.reset();
  record.writer = caller.session.who;
  record.token = record.attempt_token = token;
  ++record.attempt;
  record.end.reset();
  const auto attempt = static_cast<std::uint32_t>(record.attempt);
  put_record(name, std::move(record), caller.id, out);
  return attempt;
}

// Without an outcome.
void Machine::run_ended(const Hold& hold, SessionId session, Freed& freed, Applied& out) {
  const std::string& name = hold.locks.front().name;
  RecordState record = *find_record(name);
  CHECK(record.once && record.state == "running");
  record.state = record.attempt < record.once->attempts ? "pending" : "lost";
  record.end = stamp_ + record.once->keep;
  put_record(name, std::move(record), session, out);
  conclude(name, freed, out);
}

void Machine::conclude(const std::string& name, Freed& freed, Applied& out) {
  const RecordState& record = *find_record(name);
  if (!is_finished(record.state)) return see_to_pending(name);
  const OnceOutcome outcome = ended_as(name, record);
  const auto waiters = locks_.edit(name).queue.take_onces();
  waiters_ -= waiters.size();
  for (const auto& waiter : waiters) {
    sessions_.edit(waiter.session).waiting.erase(waiter.sequence);
    answer_late(waiter.session, waiter.sequence, outcome, out);
  }
  freed.push_back(name);
}

void Machine::see_to_pending(const std::string& name) {
  auto at = records_.find(name);
  if (at == records_.end() || at->second.state != "pending" || !at->second.once) return;
  const LockState* lock = find_lock(name);
  const bool is_waited_for = lock != nullptr && lock->queue.onces() > 0;
  if (is_waited_for != at->second.end.has_value()) return;
  RecordState& record = records_.edit(at);
  const auto expiry_at = [&](LogTime end) {
    return Expiry{end, Expiry::Kind::record, record.revision.value};
  };
  if (is_waited_for) {
    expiries_.remove(expiry_at(*record.end));
    record.end.reset();
  } else {
    record.end = stamp_ + record.once->keep;
    expiries_.add(expiry_at(*record.end), name);
  }
}

Outcome Machine::finish_once(const Caller& caller, const FinishOnce& request, Applied& out) {
  if (const auto name = check_name(request.name); !name) return Refused{name.error()};
  if (request.output.size() > limits_.value_bytes) {
    return Refused{"an output has at most " + std::to_string(limits_.value_bytes) + " bytes; this one has " +
                   std::to_string(request.output.size()) + ": cut it"};
  }
  const Hold* hold = find_hold(request.name, request.token);
  if (hold == nullptr) {
    keep_late(caller, request);
    out.events.push_back(StaleTokenRefused{request.name, request.token, caller.id});
    return StaleToken{};
  }
  if (!hold->once) return Refused{"this token is that of a lock, not of a once"};
  const base::Bytes runner = hold->who;
  const std::string by = "released by " + std::string(caller.session.who.view());
  Freed freed;
  forget_taken(caller.session, request.token);
  end_hold(request.token, Ending{EndReason::released, hold->entries.back().session, {}, by, true}, freed, out,
           caller.id);
  RecordState record = *find_record(request.name);
  const bool again =
      request.code != 0 && record.once->on_fail == OnFail::next && record.attempt < record.once->attempts;
  record.state = request.code == 0 ? "done" : again ? "pending" : "failed";
  record.code = request.code;
  record.writer = runner;
  if (!again) {
    // The outcome is kept in any case, if need be without what it printed.
    const bool fits = make_room(request.name, request.output.size(), out);
    record.value = fits ? request.output : base::Bytes();
    record.cut = request.cut || !fits;
  }
  record.end = stamp_ + record.once->keep;
  const OnceFinished finished{record.state, put_record(request.name, std::move(record), caller.id, out)};
  conclude(request.name, freed, out);
  settle(freed, out);
  return finished;
}

void Machine::keep_late(const Caller& caller, const FinishOnce& request) {
  auto at = records_.find(request.name);
  if (at == records_.end()) return;
  auto& late = records_.edit(at).late;
  late.push_back({request.token, request.code, caller.session.who, stamp_});
  if (late.size() > kLateMax) late.erase(late.begin());
}

}  // namespace lock
