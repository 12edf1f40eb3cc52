// What is asked about a hold that stands.
#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/duration.hpp"
#include "core/lock/machine.hpp"

namespace lock {
Outcome Machine::release(const Caller& caller, const Release& request, Applied& out) {
  if (const auto name = check_name(request.name); !name) return Refused{name.error()};
  forget_taken(caller.session, request.token);
  Freed freed;
  if (const Hold* hold = find_hold(request.name, request.token)) {
    Ending ending{EndReason::released, hold->entries.back().session, {}, {}};
    const bool is_only_his = hold->entries.size() == 1 && hold->entries.front().session == caller.id;
    if (!is_only_his) {
      const bool is_his = std::any_of(hold->entries.begin(), hold->entries.end(),
                                      [&](const HoldEntry& entry) { return entry.session == caller.id; });
      const std::string by = "by " + std::string(caller.session.who.view());
      if (!is_his) ending.why = by;
      ending.taken = "released " + by;
    }
    end_hold(request.token, ending, freed, out, caller.id);
    settle(freed, out);
    return Released{};
  }
  const auto blocked = blocks_.find(request.token);
  const bool confirms =
      blocked != blocks_.end() && blocked->second.confirmable &&
      std::binary_search(blocked->second.names.begin(), blocked->second.names.end(), request.name);
  if (!confirms) return NotHeld{};
  expiries_.remove({blocked->second.until, Expiry::Kind::block, request.token.value});
  unblock(request.token, freed);
  settle(freed, out);
  return Released{};
}

Outcome Machine::leave(const Caller& caller, const Leave& request, Applied& out) {
  std::erase_if(caller.session.taken,
                [&](const TakenEntry& entry) { return entry.acquire == request.acquire; });
  const auto at = caller.session.entries.find(request.acquire);
  if (at == caller.session.entries.end()) return NotHeld{};
  const Token token = at->second;
  caller.session.entries.erase(at);
  Hold& hold = holds_.edit(token);
  std::erase_if(hold.entries, [&](const HoldEntry& entry) {
    return entry.session == caller.id && entry.acquire == request.acquire;
  });
  if (!hold.entries.empty()) {
    drop_lease(token, hold);
    return Released{};
  }
  Freed freed;
  end_hold(token, Ending{EndReason::released, caller.id, {}, {}}, freed, out);
  settle(freed, out);
  return Released{};
}

void Machine::drop_lease(Token token, Hold& hold) {
  const bool any = std::any_of(hold.entries.begin(), hold.entries.end(),
                               [](const HoldEntry& entry) { return entry.detached; });
  if (any || !hold.detached_end) return;
  expiries_.remove({*hold.detached_end, Expiry::Kind::hold, token.value});
  hold.detached_end.reset();
}

Outcome Machine::downgrade(const Downgrade& request, Applied& out) {
  if (const auto name = check_name(request.name); !name) return Refused{name.error()};
  const Hold* held = find_hold(request.name, request.token);
  if (held == nullptr) return NotHeld{};
  if (held->once) return Refused{"it is held by a once, which runs alone"};
  Hold& hold = holds_.edit(request.token);
  const auto wanted = std::find_if(hold.locks.begin(), hold.locks.end(),
                                   [&](const Wanted& lock) { return lock.name == request.name; });
  if (std::holds_alternative<Shared>(wanted->mode)) return Downgraded{};
  if (std::holds_alternative<Counted>(wanted->mode)) return Refused{"a counted hold can't be shared"};
  wanted->mode = Shared{};
  auto& holders = locks_.edit(request.name).holders;
  CHECK(holders.size() == 1);
  holders.front().mode = Shared{};
  note_down(request.name, AuditWhat::downgraded, request.token, hold.who, {});
  Freed freed{request.name};
  settle(freed, out);
  return Downgraded{};
}

Outcome Machine::break_hold(const Caller& caller, const Break& request, Applied& out) {
  if (const auto name = check_name(request.name); !name) return Refused{name.error()};
  if (request.reason.empty() || request.reason.size() > limits_.text_bytes)
    return Refused{"a reason has 1 to " + std::to_string(limits_.text_bytes) + " bytes"};
  const Hold* hold = find_hold(request.name, request.token);
  if (hold == nullptr) return NotHeld{};
  const LogTime end = end_of(*hold);
  const std::string by = std::string(caller.session.who.view()) + ": " + request.reason;
  if (!request.now) block(request.token, *hold, end, true);
  Freed freed;
  end_hold(request.token, Ending{EndReason::broken, hold->entries.back().session, by, "broken by " + by},
           freed, out);
  settle(freed, out);
  return Broken{request.now ? Millis(0) : time_between(stamp_, end)};
}

Outcome Machine::renew(const Renew& request) {
  if (const auto name = check_name(request.name); !name) return Refused{name.error()};
  if (request.ttl < limits_.ttl_min || request.ttl > limits_.ttl_max) {
    return Refused{"a lease lasts " + base::format_duration(limits_.ttl_min) + " to " +
                   base::format_duration(limits_.ttl_max)};
  }
  const Hold* held = find_hold(request.name, request.token);
  if (held == nullptr) return NotHeld{};
  if (!held->detached_end)
    return Refused{"this hold is kept alive by its session; only a detached one is renewed"};
  Hold& hold = holds_.edit(request.token);
  const LogTime end = std::max(*hold.detached_end, stamp_ + request.ttl);
  expiries_.move({*hold.detached_end, Expiry::Kind::hold, request.token.value}, end);
  hold.detached_end = end;
  return Renewed{Lease{stamp_, std::min(end, hold.max_end.value_or(end))}};
}

}  // namespace lock
