#include "core/base/check.hpp"
#include "core/base/duration.hpp"
#include "core/base/overload.hpp"
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
  session.end = stamp_ + request.ttl;
  expiries_.add(expiry_of(last_.session, session), {});
  const Lease lease{stamp_, session.end};
  sessions_.try_emplace(last_.session, std::move(session));
  return SessionOpened{last_.session, lease};
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
  return KeptAlive{Lease{stamp_, end}};
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
  out.events.push_back(SessionEnded{id, reason == EndReason::session_expired});
  for (const auto& [sequence, waiting] : session.waiting) {
    leave_line(waiting);
    out.answers.push_back(Answer{std::nullopt, id, sequence, SessionExpired{}});
  }
  for (const auto& [token, name] : session.holds) {
    auto lock = locks_.find(name);
    CHECK(lock != locks_.end() && lock->second.hold && lock->second.hold->token == token);
    end_hold(lock, reason, out);
    freed.push_back(name);
  }
}

void Machine::expire(Applied& out) {
  Freed freed;
  while (const auto due = expiries_.pop_due(stamp_)) expire(due->first, due->second, freed, out);
  if (rest_ && rest_->until <= stamp_) {
    rest_.reset();
    freed = without_hold();
  }
  settle(freed, out);
}

void Machine::expire(const Expiry& due, const std::string& name, Freed& freed, Applied& out) {
  switch (due.kind) {
    case Expiry::Kind::session: {
      const auto at = sessions_.find(SessionId(due.id));
      CHECK(at != sessions_.end() && at->second.end == due.end);
      return end_session(at, EndReason::session_expired, freed, out);
    }
    case Expiry::Kind::hold: {
      auto at = locks_.find(name);
      CHECK(at != locks_.end() && at->second.hold && at->second.hold->token == Token(due.id));
      end_hold(at, EndReason::lease_expired, out);
      freed.push_back(name);
      return;
    }
    case Expiry::Kind::record: {
      const auto at = records_.find(name);
      CHECK(at != records_.end() && at->second.revision == Revision(due.id));
      out.events.push_back(StatusChanged{name, {}, at->second.revision, std::nullopt, SessionId()});
      records_.erase(at);
      return;
    }
    case Expiry::Kind::rest:
      // Ends behind everything else of the moment, in expire() above.
      CHECK(rest_ && rest_->until == due.end);
      return;
  }
  CHECK(!"a kind of expiry");
}

}  // namespace lock
