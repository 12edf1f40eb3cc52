// What no machine could hold, an element at a time.
#include <algorithm>

#include "core/base/overload.hpp"
#include "core/lock/rebuild.hpp"

namespace lock {
namespace {

bool lasts(Millis time, Millis min, Millis max) {
  return time >= min && time <= max;
}

}  // namespace

const char* Rebuild::flaw_of(const Outcome& outcome) const {
  const auto& last = machine_.last_;
  const auto above = [](bool is_above) { return is_above ? "an answer is ahead of its counter" : nullptr; };
  return std::visit(
      base::Overload{
          [&](const Granted& v) { return above(!v.token || v.token > last.token); },
          [&](const StatusSet& v) { return above(!v.revision || v.revision > last.revision); },
          [&](const RevisionMismatch& v) { return above(v.actual > last.revision); },
          [&](const OnceOutcome& v) { return above(!v.ended.revision || v.ended.revision > last.revision); },
          [&](const OnceFinished& v) { return above(!v.revision || v.revision > last.revision); },
          [&](const auto&) { return above(false); },
      },
      outcome);
}

const char* Rebuild::flaw_of(const std::vector<Wanted>& locks) const {
  if (locks.empty() || locks.size() > widest_.names_per_request)
    return "a request is for no name, or too many";
  for (std::size_t i = 0; i < locks.size(); ++i) {
    if (!check_name(locks[i].name)) return "a request is for a name that can't be";
    if (i > 0 && !(locks[i - 1].name < locks[i].name)) return "the names of a request are out of order";
    const auto* counted = std::get_if<Counted>(&locks[i].mode);
    if (counted != nullptr && counted->limit == 0) return "a name has no permits";
  }
  return nullptr;
}

const char* Rebuild::flaw_of(const Waiting& waiting) const {
  if (const char* flaw = flaw_of(waiting.locks)) return flaw;
  if (!has_text(waiting.note.size())) return "a waiting request's note is too long";
  if (waiting.place.arrival == 0 || waiting.place.arrival > machine_.last_.arrival)
    return "a place in line can't be";
  if (waiting.detached && !lasts(*waiting.detached, widest_.ttl_min, widest_.ttl_max))
    return "a waiting request's lease is out of bounds";
  if (waiting.max_hold && !lasts(*waiting.max_hold, widest_.ttl_min, widest_.record_ttl_max))
    return "a waiting request's maximum hold is out of bounds";
  if (waiting.lock_delay > widest_.lock_delay_max) return "a lock delay is out of bounds";
  const bool is_plain = waiting.locks.size() == 1 && waiting.locks.front().mode == Mode(Exclusive{}) &&
                        waiting.place.level == 0 && !waiting.newest && !waiting.detached &&
                        !waiting.max_hold && waiting.lock_delay == Millis(0);
  if (waiting.once && !is_plain) return "a once asks for what it can't";
  return nullptr;
}

const char* Rebuild::flaw_of(SessionId id, const Session& session) const {
  const LogTime stamp = machine_.stamp_;
  if (!id || id > machine_.last_.session) return "a session's number was never given out";
  if (!session.owner || session.owner > id) return "a session's owner was never there";
  if (!lasts(session.ttl, widest_.ttl_min, widest_.ttl_max))
    return "a session's time to live is out of bounds";
  if (session.end <= stamp || session.end > stamp + session.ttl) return "a session's end can't be";
  if (!has_text(session.who.size())) return "a client's description is too long";
  // One more than the bound: a Cancel that took the last place answers its request too.
  if (session.outcomes.size() + session.waiting.size() > widest_.replies_per_session + 1)
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
  if (session.taken.size() > kTakenMax) return "too many holds were taken from a session";
  for (const TakenEntry& entry : session.taken) {
    if (!entry.token || entry.token > machine_.last_.token) return "a token was never given out";
    if (entry.why.size() > 3 * widest_.text_bytes) return "a reason is too long";
  }
  return nullptr;
}

const char* Rebuild::flaw_of(const HoldEntry& entry, Token token, const Hold& hold) const {
  if (!entry.session || entry.session > machine_.last_.session || !entry.acquire)
    return "an entry was never made";
  if (entry.detached && !hold.detached_end) return "a detached entry has no lease";
  const auto session = machine_.sessions_.find(entry.session);
  if (session == machine_.sessions_.end()) return entry.detached ? nullptr : "a holder's session isn't there";
  if (session->second.owner != hold.owner) return "a holder is another owner's";
  if (entry.acquire <= session->second.acknowledged) return nullptr;
  const auto outcome = session->second.outcomes.find(entry.acquire);
  const auto* granted =
      outcome == session->second.outcomes.end() ? nullptr : std::get_if<Granted>(&outcome->second);
  return granted != nullptr && granted->token == token ? nullptr : "a holder was never told";
}

const char* Rebuild::flaw_of(Token token, const Hold& hold) const {
  const LogTime stamp = machine_.stamp_;
  const auto ends = [&](const std::optional<LogTime>& end, Millis max) {
    return !end || (*end > stamp && *end <= stamp + max);
  };
  if (!token || token > machine_.last_.token) return "a token was never given out";
  if (const char* flaw = flaw_of(hold.locks)) return flaw;
  if (hold.since > stamp) return "a hold began in the future";
  if (!has_text(hold.note.size()) || !has_text(hold.who.size())) return "a holder's description is too long";
  if (!hold.owner || !hold.acquirer || hold.owner > hold.acquirer || hold.acquirer > machine_.last_.session)
    return "a holder was never there";
  const auto acquirer = machine_.sessions_.find(hold.acquirer);
  if (acquirer != machine_.sessions_.end() && acquirer->second.owner != hold.owner)
    return "a holder is another owner's";
  if (!ends(hold.detached_end, widest_.ttl_max) || !ends(hold.max_end, widest_.record_ttl_max))
    return "a lease's end can't be";
  if (hold.lock_delay > widest_.lock_delay_max) return "a lock delay is out of bounds";
  if (hold.entries.empty() || hold.entries.size() > widest_.entries_per_hold)
    return "a hold has no entries, or too many";
  bool any_detached = false;
  for (const HoldEntry& entry : hold.entries) {
    any_detached = any_detached || entry.detached;
    if (const char* flaw = flaw_of(entry, token, hold)) return flaw;
  }
  if (hold.detached_end && !any_detached) return "a lease is nobody's";
  const bool is_plain = hold.locks.size() == 1 && hold.locks.front().mode == Mode(Exclusive{}) &&
                        hold.entries.size() == 1 && !any_detached && !hold.max_end;
  if (hold.once && !is_plain) return "a once holds what it can't";
  return nullptr;
}

const char* Rebuild::flaw_of(Token token, const Block& block) const {
  const LogTime stamp = machine_.stamp_;
  if (!token || token > machine_.last_.token || machine_.holds_.contains(token))
    return "a name is blocked by a hold that stands";
  if (block.until <= stamp || block.until > stamp + widest_.record_ttl_max) return "a block's end can't be";
  if (block.names.empty() || block.names.size() > widest_.names_per_request) return "a block is of no name";
  for (std::size_t i = 0; i < block.names.size(); ++i) {
    if (!check_name(block.names[i])) return "a blocked name can't be";
    if (i > 0 && !(block.names[i - 1] < block.names[i])) return "blocked names are out of order";
    // Whoever held it alone has left it.
    const LockState* lock = machine_.find_lock(block.names[i]);
    if (lock != nullptr && !lock->holders.empty() &&
        std::holds_alternative<Exclusive>(lock->holders.front().mode))
      return "a blocked name is held";
  }
  return nullptr;
}

const char* Rebuild::flaw_of(const std::string& name, const RecordState& record) const {
  const auto& last = machine_.last_;
  const LogTime stamp = machine_.stamp_;
  if (!check_name(name)) return "a record has a name that can't be";
  if (!is_state(record.state)) return "a record's state can't be";
  if (record.value.size() > widest_.value_bytes || !has_text(record.writer.size()))
    return "a record is too large";
  if (!record.revision || record.revision > last.revision || revisions_.contains(record.revision))
    return "a revision was never given out, or twice";
  if (record.touched == 0 || record.touched > last.touch || touches_.contains(record.touched))
    return "a record was touched when it can't have been";
  if (record.written > stamp) return "a record was written in the future";
  if (record.end && (*record.end <= stamp || *record.end > stamp + widest_.record_ttl_max))
    return "a record's end can't be";
  if (record.attempt_token > last.token || (record.attempt == 0) != !record.attempt_token ||
      record.attempt > last.revision.value)
    return "a record's attempts can't be";
  if (record.token && (!*record.token || *record.token != record.attempt_token))
    return "a record's token can't be";
  if (record.late.size() > kLateMax) return "too many results came late";
  for (const LateState& late : record.late) {
    if (late.at > stamp || !has_text(late.who.size())) return "a late result can't be";
  }
  return nullptr;
}

const char* Rebuild::flaw_of_once(const std::string& name, const RecordState& record) const {
  const LockState* lock = machine_.find_lock(name);
  const bool is_waited_for = lock != nullptr && lock->queue.onces() > 0;
  if (!record.once)
    return !record.end || is_waited_for ? "a record is waited for that no once made" : nullptr;
  const OnceTerms& terms = *record.once;
  if (name == kRecoveryRecord) return "a once has a name that it can't have";
  if (!lasts(terms.keep, widest_.ttl_min, widest_.record_ttl_max) || !has_text(terms.input.size()) ||
      terms.attempts == 0 || terms.attempts > widest_.attempts_max || record.attempt > terms.attempts)
    return "the terms of a once can't be";
  if (record.state == "running") {
    const Hold* hold = record.token ? machine_.find_hold(name, *record.token) : nullptr;
    return hold == nullptr || !hold->once || record.end ? "a once runs that nobody runs" : nullptr;
  }
  if (!is_finished(record.state) && record.state != "pending") return "a once's state can't be";
  if (record.end.has_value() == is_waited_for) return "a once's time can't be";
  if (record.state == "pending")
    return record.attempt < terms.attempts ? nullptr : "a once has no attempts left";
  return is_waited_for ? "a once is waited for that has ended" : nullptr;
}

const char* Rebuild::flaw_of(const AuditRecord& record) const {
  if (!check_name(record.name)) return "an audit entry has a name that can't be";
  if (record.token > machine_.last_.token || record.at > machine_.stamp_)
    return "an audit entry is ahead of time";
  if (!has_text(record.who.size()) || record.why.size() > 3 * widest_.text_bytes)
    return "an audit entry is too long";
  return nullptr;
}

}  // namespace lock
