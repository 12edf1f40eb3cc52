#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/duration.hpp"
#include "core/lock/machine.hpp"

namespace lock {
namespace {

Expiry expiry_of(SessionId id, const Session& session) {
  return {session.end, Expiry::Kind::session, id.value};
}

}  // namespace

Reply Machine::open(const OpenSession& request) {
  if (request.ttl < limits_.ttl_min || request.ttl > limits_.ttl_max) {
    return Refused{"a session's time to live is " + base::format_duration(limits_.ttl_min) + " to " +
                   base::format_duration(limits_.ttl_max)};
  }
  if (request.who.size() > limits_.text_bytes) {
    return Refused{"a client's description has at most " + std::to_string(limits_.text_bytes) + " bytes"};
  }
  if (sessions_.size() >= limits_.sessions) {
    return Refused{"there are " + std::to_string(limits_.sessions) +
                   " sessions, the most there may be; try later"};
  }
  last_.session = last_.session.next();
  Session session;
  session.ttl = request.ttl;
  session.who = base::Bytes(request.who);
  session.owner = owner_for(last_.session, request.parent);
  session.end = stamp_ + request.ttl;
  expiries_.add(expiry_of(last_.session, session));
  const Lease lease{stamp_, session.end};
  sessions_.try_emplace(last_.session, std::move(session));
  return SessionOpened{last_.session, lease};
}

SessionId Machine::owner_for(SessionId id, SessionId parent) {
  const auto at = sessions_.find(parent);
  if (at == sessions_.end()) return id;
  auto family = families_.try_emplace(at->second.owner).first;
  families_.edit(family).sessions.push_back(id);
  return at->second.owner;
}

void Machine::leave_family(SessionId id, SessionId owner) {
  if (owner == id) return;
  auto at = families_.find(owner);
  CHECK(at != families_.end());
  Family& family = families_.edit(at);
  const auto member = std::lower_bound(family.sessions.begin(), family.sessions.end(), id);
  CHECK(member != family.sessions.end() && *member == id);
  family.sessions.erase(member);
  if (family.sessions.empty() && family.holds == 0) families_.erase(at);
}

void Machine::count_in_family(const Hold& hold, bool comes) {
  if (hold.acquirer == hold.owner) return;
  auto at = comes ? families_.try_emplace(hold.owner).first : families_.find(hold.owner);
  CHECK(at != families_.end());
  Family& family = families_.edit(at);
  family.holds += comes ? 1 : std::uint64_t(0) - 1;
  if (family.sessions.empty() && family.holds == 0) families_.erase(at);
}

Reply Machine::keep_alive(const KeepAlive& request) {
  auto at = sessions_.find(request.session);
  if (at == sessions_.end()) return SessionExpired{};
  Session& session = sessions_.edit(at);
  // The stamp never falls and the ttl is the session's own, so this can't shorten the lease.
  const LogTime end = stamp_ + session.ttl;
  CHECK(end >= session.end);
  expiries_.move(expiry_of(at->first, session), end);
  session.end = end;
  KeptAlive kept{Lease{stamp_, end}, {}};
  for (const TakenEntry& entry : session.taken) {
    // Entries of one hold stand together.
    if (!kept.taken.empty() && kept.taken.back().token == entry.token) continue;
    kept.taken.push_back(Taken{entry.token, entry.why});
  }
  return kept;
}

Reply Machine::close(const CloseSession& request, Applied& out) {
  const auto at = sessions_.find(request.session);
  if (at == sessions_.end()) return SessionExpired{};
  expiries_.remove(expiry_of(at->first, at->second));
  Freed freed;
  end_session(at, EndReason::session_closed, freed, out);
  settle(freed, out);
  return SessionClosed{};
}

// Its waiters leave before its holds end, and no name is granted anew before every session of the moment has
// ended: nothing is ever granted to a session that is over.
void Machine::end_session(Sessions::const_iterator at, EndReason reason, Freed& freed, Applied& out) {
  const SessionId id = at->first;
  const Session session = std::move(sessions_.edit(at));
  sessions_.erase(at);
  leave_family(id, session.owner);
  out.events.push_back(SessionEnded{id, reason == EndReason::session_expired});
  for (const auto& [sequence, waiting] : session.waiting) {
    give_up(waiting, freed);
    out.answers.push_back(Answer{std::nullopt, id, sequence, SessionExpired{}});
  }
  for (const auto& [acquire, token] : session.entries) {
    auto held = holds_.find(token);
    CHECK(held != holds_.end());
    Hold& hold = holds_.edit(held);
    std::erase_if(hold.entries, [&, gone = acquire](const HoldEntry& entry) {
      return entry.session == id && entry.acquire == gone && !entry.detached;
    });
    if (hold.entries.empty()) end_hold(token, Ending{reason, id, {}, {}}, freed, out);
  }
}

}  // namespace lock
