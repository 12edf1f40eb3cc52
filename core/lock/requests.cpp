// Sequenced requests: each is carried out at most once, and its retry gets the first answer.
#include "core/base/check.hpp"
#include "core/base/overload.hpp"
#include "core/lock/machine.hpp"

namespace lock {
namespace {

Outcome no_room(const Limits& limits) {
  return Refused{"this session has " + std::to_string(limits.replies_per_session) +
                 " answers that it has not acknowledged, the most that are kept; acknowledge them first"};
}

}  // namespace

Reply to_reply(const Outcome& outcome) {
  return std::visit([](const auto& alternative) { return Reply(alternative); }, outcome);
}

Reply Machine::sequenced(const Sequenced& request, Applied& out) {
  auto at = sessions_.find(request.session);
  if (at == sessions_.end()) return SessionExpired{};
  Session& session = sessions_.edit(at);
  acknowledge(at->first, session, request.acknowledged, out);
  if (request.sequence <= session.acknowledged) return StaleSequence{};
  if (const auto known = session.outcomes.find(request.sequence); known != session.outcomes.end()) {
    return to_reply(known->second);
  }
  if (const auto waits = session.waiting.find(request.sequence); waits != session.waiting.end()) {
    return queued(waits->second, stamp_);
  }
  // A request refused for want of room can't have its answer stored, yet a duplicate of it must not be
  // carried out once there is room again: its client was told that it never happened. So the whole range up
  // to it stays refused. A request that comes late out of that range was never carried out either, and gets
  // the same answer.
  if (request.sequence > session.overflowed &&
      session.outcomes.size() + session.waiting.size() >= limits_.replies_per_session) {
    session.overflowed = request.sequence;
  }
  if (request.sequence <= session.overflowed) return to_reply(no_room(limits_));

  auto outcome = execute(Caller{at->first, session, request.sequence}, request.operation, out);
  if (!outcome) return queued(session.waiting.at(request.sequence), stamp_);
  Reply reply = to_reply(*outcome);
  const bool stored = session.outcomes.emplace(request.sequence, std::move(*outcome)).second;
  CHECK(stored);
  return reply;
}

// The client won't ask for these again. An Acquire among them that still waits is given up: nobody would
// learn of its grant, and the name would stay taken for as long as the session lives.
void Machine::acknowledge(SessionId id, Session& session, Sequence mark, Applied& out) {
  if (mark <= session.acknowledged) return;
  session.acknowledged = mark;
  session.outcomes.erase(session.outcomes.begin(), session.outcomes.upper_bound(mark));
  while (!session.waiting.empty() && session.waiting.begin()->first <= mark) {
    const auto& [sequence, waiting] = *session.waiting.begin();
    leave_line(waiting);
    out.answers.push_back(Answer{std::nullopt, id, sequence, Cancelled{}});
    session.waiting.erase(session.waiting.begin());
  }
}

std::optional<Outcome> Machine::execute(const Caller& caller, const Operation& operation, Applied& out) {
  using Result = std::optional<Outcome>;
  return std::visit(
      base::Overload{
          [&](const Acquire& request) { return acquire(caller, request, out); },
          [&](const Release& request) -> Result { return release(request, out); },
          [&](const Renew& request) -> Result { return renew(request); },
          [&](const Cancel& request) -> Result { return cancel(caller, request, out); },
          [&](const SetStatus& request) -> Result { return set_status(caller, request, out); },
          [&](const ClearStatus& request) -> Result { return clear_status(caller, request, out); },
      },
      operation);
}

Outcome Machine::cancel(const Caller& caller, const Cancel& request, Applied& out) {
  Session& session = caller.session;
  if (request.acquire >= caller.sequence)
    return Refused{"only an earlier request of the session can be cancelled"};
  // What became of it is forgotten: "cancelled" might be false.
  if (request.acquire <= session.acknowledged) return StaleSequence{};
  if (const auto known = session.outcomes.find(request.acquire); known != session.outcomes.end())
    return known->second;
  if (request.acquire <= session.overflowed && !session.waiting.contains(request.acquire))
    return no_room(limits_);
  if (const auto waits = session.waiting.find(request.acquire); waits != session.waiting.end()) {
    leave_line(waits->second);
    session.waiting.erase(waits);
    out.answers.push_back(Answer{std::nullopt, caller.id, request.acquire, Cancelled{}});
  }
  // Also where the Acquire has not arrived: when it does, it finds that it was cancelled.
  session.outcomes.emplace(request.acquire, Cancelled{});
  return Cancelled{};
}

}  // namespace lock
