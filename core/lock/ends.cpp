// How a hold ends, and what it leaves behind.
#include <algorithm>

#include "core/base/check.hpp"
#include "core/lock/machine.hpp"

namespace lock {
namespace {

AuditWhat what_of(EndReason reason) {
  switch (reason) {
    case EndReason::released:
      return AuditWhat::released;
    case EndReason::session_closed:
      return AuditWhat::closed;
    case EndReason::session_expired:
    case EndReason::lease_expired:
      return AuditWhat::expired;
    case EndReason::over_max:
      return AuditWhat::over_max;
    case EndReason::broken:
      return AuditWhat::broken;
  }
  CHECK(!"a reason for an end");
  return AuditWhat::released;
}

// Whoever held it may not know that it is over.
bool is_clean(EndReason reason) {
  return reason == EndReason::released || reason == EndReason::session_closed || reason == EndReason::broken;
}

}  // namespace

// `knows`: the session that asked for it.
void Machine::end_hold(Token token, const Ending& ending, Freed& freed, Applied& out, SessionId knows) {
  auto at = holds_.find(token);
  CHECK(at != holds_.end());
  const Hold hold = std::move(holds_.edit(at));
  holds_.erase(at);
  if (hold.detached_end) expiries_.remove({*hold.detached_end, Expiry::Kind::hold, token.value});
  if (hold.max_end) expiries_.remove({*hold.max_end, Expiry::Kind::max, token.value});
  count_in_family(hold, false);
  for (const HoldEntry& entry : hold.entries) {
    auto session = sessions_.find(entry.session);
    if (session == sessions_.end()) continue;
    sessions_.edit(session).entries.erase(entry.acquire);
    if (ending.taken.empty() || entry.detached || entry.session == knows) continue;
    auto& taken = sessions_.edit(session).taken;
    taken.push_back({token, entry.acquire, ending.taken});
    if (taken.size() > kTakenMax) taken.erase(taken.begin());
  }
  if (!is_clean(ending.reason) && hold.lock_delay > Millis(0))
    block(token, hold, stamp_ + hold.lock_delay, false);
  for (const Wanted& lock : hold.locks) {
    auto& holders = locks_.edit(lock.name).holders;
    const auto holding = std::find_if(holders.begin(), holders.end(),
                                      [&](const Holding& candidate) { return candidate.token == token; });
    CHECK(holding != holders.end());
    holders.erase(holding);
    out.events.push_back(HoldEnded{lock.name, token, ending.session, ending.reason, hold.who});
    note_down(lock.name, what_of(ending.reason), token, hold.who, ending.why);
    freed.push_back(lock.name);
  }
  if (hold.once && !ending.finished) run_ended(hold, ending.session, freed, out);
}

// The names are in `locks_` still.
void Machine::block(Token token, const Hold& hold, LogTime until, bool confirmable) {
  Block block{until, {}, confirmable};
  for (const Wanted& lock : hold.locks) {
    block.names.push_back(lock.name);
    auto& tokens = locks_.edit(lock.name).blocked_by;
    tokens.insert(std::upper_bound(tokens.begin(), tokens.end(), token), token);
  }
  blocks_.try_emplace(token, std::move(block));
  expiries_.add({until, Expiry::Kind::block, token.value});
}

// Its expiry is the caller's to clear.
void Machine::unblock(Token token, Freed& freed) {
  auto at = blocks_.find(token);
  CHECK(at != blocks_.end());
  const Block block = std::move(blocks_.edit(at));
  blocks_.erase(at);
  for (const auto& name : block.names) {
    std::erase(locks_.edit(name).blocked_by, token);
    freed.push_back(name);
  }
}

const Hold* Machine::find_hold(const std::string& name, Token token) const {
  const auto at = holds_.find(token);
  if (at == holds_.end()) return nullptr;
  const bool has = std::any_of(at->second.locks.begin(), at->second.locks.end(),
                               [&](const Wanted& lock) { return lock.name == name; });
  return has ? &at->second : nullptr;
}

LogTime Machine::end_of(const Hold& hold) const {
  LogTime end = hold.detached_end.value_or(LogTime());
  for (const HoldEntry& entry : hold.entries) {
    if (!entry.detached) end = std::max(end, sessions_.at(entry.session).end);
  }
  return std::min(end, hold.max_end.value_or(end));
}

Lease Machine::lease_of(const Hold& hold, const Session& session, bool detached) const {
  const LogTime end = detached ? *hold.detached_end : session.end;
  return Lease{stamp_, std::min(end, hold.max_end.value_or(end))};
}

void Machine::note_down(const std::string& name, AuditWhat what, Token token, const base::Bytes& who,
                        std::string why) {
  audit_.add(++last_.audit, AuditRecord{name, what, token, who, std::move(why), stamp_},
             limits_.audit_entries);
}

}  // namespace lock
