// What ends because its time has come.
#include "core/base/check.hpp"
#include "core/lock/machine.hpp"

namespace lock {

void Machine::expire(Applied& out) {
  Freed freed;
  while (const auto due = expiries_.pop_due(stamp_)) expire(due->first, due->second, freed, out);
  if (rest_ && rest_->until <= stamp_) {
    rest_.reset();
    const Freed names = waited_for();
    freed.insert(freed.end(), names.begin(), names.end());
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
    case Expiry::Kind::hold:
      return expire_detached(Token(due.id), freed, out);
    case Expiry::Kind::max: {
      Hold& hold = holds_.edit(Token(due.id));
      CHECK(hold.max_end == due.end);
      hold.max_end.reset();
      const SessionId session = hold.entries.back().session;
      return end_hold(Token(due.id), Ending{EndReason::over_max, session, {}, "over its maximum hold"}, freed,
                      out);
    }
    case Expiry::Kind::record: {
      auto at = records_.find(name);
      CHECK(at != records_.end() && at->second.revision == Revision(due.id));
      records_.edit(at).end.reset();
      return drop_record(at, SessionId(), {}, out);
    }
    case Expiry::Kind::block:
      CHECK(blocks_.at(Token(due.id)).until == due.end);
      return unblock(Token(due.id), freed);
    case Expiry::Kind::rest:
      // Ends behind everything else of the moment, in expire() above.
      CHECK(rest_ && rest_->until == due.end);
      return;
  }
  CHECK(!"a kind of expiry");
}

void Machine::expire_detached(Token token, Freed& freed, Applied& out) {
  Hold& hold = holds_.edit(token);
  CHECK(hold.detached_end);
  hold.detached_end.reset();
  SessionId last;
  std::erase_if(hold.entries, [&](const HoldEntry& entry) {
    if (!entry.detached) return false;
    last = entry.session;
    if (auto at = sessions_.find(entry.session); at != sessions_.end())
      sessions_.edit(at).entries.erase(entry.acquire);
    return true;
  });
  if (hold.entries.empty()) end_hold(token, Ending{EndReason::lease_expired, last, {}, {}}, freed, out);
}

}  // namespace lock
