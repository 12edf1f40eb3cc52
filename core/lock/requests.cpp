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

Reply Machine::sequenced(const Sequenced& request, Applied& out) {
  auto at = sessions_.find(request.session);
  if (at == sessions_.end()) return SessionExpired{};
  Session& session = sessions_.edit(at);
  acknowledge(at->first, session, request.acknowledged, out);
  if (request.sequence <= session.acknowledged) return StaleSequence{};
  if (const auto known = session.outcomes.find(request.sequence); known != session.outcomes.end()) {
    return retold(known->second);
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
  if (request.sequence <= session.overflowed) return retold(no_room(limits_));

  auto outcome = execute(Caller{at->first, session, request.sequence}, request.operation, out);
  if (!outcome) return queued(session.waiting.at(request.sequence), stamp_);
  Reply reply = retold(*outcome);
  const bool stored = session.outcomes.emplace(request.sequence, std::move(*outcome)).second;
  CHECK(stored);
  return reply;
}

// The client won't ask for these again. A request among them that still waits is given up: nobody would learn
// of its grant, and the name would stay taken for as long as the session lives.
void Machine::acknowledge(SessionId id, Session& session, Sequence mark, Applied& out) {
  if (mark <= session.acknowledged) return;
  session.acknowledged = mark;
  session.outcomes.erase(session.outcomes.begin(), session.outcomes.upper_bound(mark));
  Freed freed;
  while (!session.waiting.empty() && session.waiting.begin()->first <= mark) {
    const auto waiting = session.waiting.extract(session.waiting.begin());
    give_up(waiting.mapped(), freed);
    out.answers.push_back(Answer{std::nullopt, id, waiting.key(), Cancelled{}});
  }
  settle(freed, out);
}

std::optional<Outcome> Machine::execute(const Caller& caller, const Operation& operation, Applied& out) {
  using Result = std::optional<Outcome>;
  return std::visit(
      base::Overload{
          [&](const Acquire& request) { return acquire(caller, request, out); },
          [&](const Release& request) -> Result { return release(caller, request, out); },
          [&](const Renew& request) -> Result { return renew(request); },
          [&](const Cancel& request) -> Result { return cancel(caller, request, out); },
          [&](const SetStatus& request) -> Result { return set_status(caller, request, out); },
          [&](const ClearStatus& request) -> Result { return clear_status(caller, request, out); },
          [&](const Leave& request) -> Result { return leave(caller, request, out); },
          [&](const Downgrade& request) -> Result { return downgrade(request, out); },
          [&](const Break& request) -> Result { return break_hold(caller, request, out); },
          [&](const Once& request) { return once(caller, request, out); },
          [&](const FinishOnce& request) -> Result { return finish_once(caller, request, out); },
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
  // Also where the Acquire has not arrived: when it does, it finds that it was cancelled.
  session.outcomes.emplace(request.acquire, Cancelled{});
  if (const auto waiting = session.waiting.extract(request.acquire)) {
    Freed freed;
    give_up(waiting.mapped(), freed);
    out.answers.push_back(Answer{std::nullopt, caller.id, request.acquire, Cancelled{}});
    settle(freed, out);
  }
  return Cancelled{};
}

Reply Machine::retold(const Outcome& outcome) const {
  return std::visit(base::Overload{
                        [&](const OnceOutcome& stored) -> Reply {
                          OnceEnded ended = stored.ended;
                          const RecordState* record = find_record(stored.name);
                          const bool is_there = record != nullptr && record->revision == ended.revision;
                          ended.cut = !is_there || record->cut;
                          if (is_there) ended.output = record->value;
                          return ended;
                        },
                        [](const auto& alternative) -> Reply { return alternative; },
                    },
                    outcome);
}

void Machine::answer_late(SessionId id, Sequence sequence, Outcome outcome, Applied& out) {
  Reply reply = retold(outcome);
  const bool stored = sessions_.edit(id).outcomes.emplace(sequence, std::move(outcome)).second;
  CHECK(stored);
  out.answers.push_back(Answer{std::nullopt, id, sequence, std::move(reply)});
}

}  // namespace lock
