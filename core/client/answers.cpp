// What a client makes of the answers it gets.
#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/base/overload.hpp"
#include "core/client/client.hpp"
#include "core/client/fit.hpp"

namespace client {

using base::Overload;

namespace {

constexpr Duration kNeverAgain = std::chrono::hours(24 * 365 * 100);

}  // namespace

bool Client::answer(Turn& turn, const Purpose& purpose, const lock::Reply& reply) {
  return std::visit(Overload{
                        [&](const ForOpening& f) { return answer_opening(turn, f, reply); },
                        [&](const ForKeepAlive& f) { return answer_keep_alive(turn, f, reply); },
                        [&](const ForProbe&) {
                          if (probe_) probe_->awaited.reset();
                          return std::holds_alternative<lock::Health>(reply);
                        },
                        [&](const ForSequence& f) { return answer_sequence(turn, f.sequence, reply); },
                        [&](const ForCall& f) { return answer_call(turn, f.call, reply); },
                    },
                    purpose);
}

// The first answer wins. The session of another attempt expires unused.
bool Client::answer_opening(Turn& turn, const ForOpening& asked, const lock::Reply& reply) {
  if (const auto* opened = std::get_if<lock::SessionOpened>(&reply); opened && opened->session) {
    if (!session_.opening()) return true;
    opening_asked_.reset();
    session_.opened(opened->session, opened->lease, asked.sent);
    return true;
  }
  if (!std::holds_alternative<lock::Refused>(reply)) return false;
  if (!session_.opening()) return true;
  for (const auto id : std::exchange(waiting_, {})) finish(turn, id, reply);
  session_gone(turn, true);
  return true;
}

bool Client::answer_keep_alive(Turn& turn, const ForKeepAlive& asked, const lock::Reply& reply) {
  if (std::holds_alternative<lock::SessionExpired>(reply)) {
    session_gone(turn, true);
    return true;
  }
  const auto* kept = std::get_if<lock::KeptAlive>(&reply);
  if (!kept) return false;
  session_.kept_alive(kept->lease, asked.sent);
  session_.keep_alive().awaited.reset();
  // Each time anew: it may have been told before the grant itself was.
  for (const auto& [token, why] : kept->taken) turn.effects.lost.push_back(Lost{token, why});
  return true;
}

bool Client::answer_sequence(Turn& turn, lock::Sequence sequence, const lock::Reply& reply) {
  auto* numbered = window_.find(sequence);
  if (!numbered) return true;
  if (!fits(numbered->operation, reply)) return false;
  if (const auto* queued = std::get_if<lock::Queued>(&reply)) {
    numbered->asked = asked_now(turn.now, false);
    if (numbered->call) turn.effects.progress.push_back(Progress{*numbered->call, *queued});
    return true;
  }
  if (std::holds_alternative<lock::SessionExpired>(reply)) {
    --numbered->in_doubt;  // of this very request it is certain
    session_gone(turn, true);
    return true;
  }
  const auto acquire = numbered->undoes.value_or(sequence);
  if (undos_.contains(acquire)) {
    const auto operation = numbered->operation;
    window_.answered(sequence);
    return answer_undo(turn, acquire, operation, reply);
  }
  const auto call = numbered->call;
  const auto until = holds_until(*numbered, reply);
  window_.answered(sequence);
  const bool stale = std::holds_alternative<lock::StaleSequence>(reply);
  if (call) finish(turn, *call, stale ? Outcome(Unknown{}) : Outcome(reply), until);
  return true;
}

bool Client::answer_call(Turn& turn, CallId id, const lock::Reply& reply) {
  const auto found = calls_.find(id);
  if (found == calls_.end()) return true;
  if (const auto* query = std::get_if<lock::Query>(&found->second.question)) {
    if (!fits(*query, reply)) return false;
    if (lock::is_interim(reply)) return answer_watch(turn, id, found->second, reply);
    finish(turn, id, reply);
    return true;
  }
  if (const auto* admin = std::get_if<lock::Admin>(&found->second.question)) {
    if (!fits(*admin, reply)) return false;
    finish(turn, id, reply);
    return true;
  }
  CHECK(std::holds_alternative<CloseSession>(found->second.question));
  if (!std::holds_alternative<lock::SessionClosed>(reply) &&
      !std::holds_alternative<lock::SessionExpired>(reply)) {
    return false;
  }
  finish(turn, id, reply);
  session_gone(turn, true);
  return true;
}

bool Client::answer_watch(Turn& turn, CallId id, Call& call, const lock::Reply& reply) {
  auto& watch = std::get<lock::Watch>(std::get<lock::Query>(call.question));
  // Asked once more on this link, it would stand there twice.
  call.asked = Asked{turn.now, turn.now + kNeverAgain, false};
  const auto* changes = std::get_if<lock::Changes>(&reply);
  const auto through = changes ? changes->through : std::get<lock::Reset>(reply).through;
  const bool was_told = watch.since == through && changes && !changes->changes.empty();
  // From a server that lags behind the one that told more, or told already.
  if (was_told || (watch.since && through < *watch.since)) return true;
  watch.since = through;
  turn.effects.noticed.push_back(Noticed{id, reply});
  return true;
}

// The server has not proposed it: of this request it is certain that nothing has happened.
void Client::not_proposed(const Purpose& purpose) {
  if (const auto* f = std::get_if<ForSequence>(&purpose)) {
    if (auto* numbered = window_.find(f->sequence)) --numbered->in_doubt;
  } else if (const auto* c = std::get_if<ForCall>(&purpose)) {
    const auto call = calls_.find(c->call);
    if (call != calls_.end() && call->second.in_doubt > 0) --call->second.in_doubt;
  }
}

void Client::finish(Turn& turn, CallId call, Outcome outcome, std::optional<Instant> holds_until,
                    std::optional<Undone> undone) {
  const auto ended = calls_.extract(call);
  CHECK(ended);
  turn.effects.finished.push_back(
      Finished{call, std::move(outcome), holds_until, undone, ended.mapped().sequence});
}

std::optional<Instant> Client::holds_until(const Numbered& numbered, const lock::Reply& reply) const {
  const auto measured = [&](const lock::Lease& lease) {
    return std::optional(*numbered.first_sent + believed(lease, config_.clock_error_ppm));
  };
  if (const auto* renewed = std::get_if<lock::Renewed>(&reply)) return measured(renewed->lease);
  const auto* granted = std::get_if<lock::Granted>(&reply);
  const auto* acquire = std::get_if<lock::Acquire>(&numbered.operation);
  if (!granted || !acquire || !acquire->detached) return std::nullopt;
  // After waiting its stamp is of an entry that nobody knows when was begun.
  return granted->waited ? session_.when(granted->lease.end) : measured(granted->lease);
}

namespace {

// A hold that was bound to the session ended with it, whenever it began; nothing else is so sure to have no
// effect.
Outcome ended_with_session(const Numbered& numbered, bool certain) {
  if (numbered.in_doubt == 0) return lock::Reply(lock::SessionExpired{});
  const auto* acquire = std::get_if<lock::Acquire>(&numbered.operation);
  const bool bound = (acquire && !acquire->detached) ||
                     std::holds_alternative<lock::Once>(numbered.operation) ||
                     std::holds_alternative<lock::Cancel>(numbered.operation);
  if (bound && certain) return lock::Reply(lock::SessionExpired{});
  return Unknown{};
}

}  // namespace

void Client::session_gone(Turn& turn, bool certain) {
  session_.gone();
  opening_asked_.reset();
  for (auto& [acquire, undo] : std::exchange(undos_, {})) {
    if (!undo.call) continue;
    if (certain && !undo.detached) {
      finish(turn, *undo.call, lock::Reply(lock::SessionExpired{}), std::nullopt, undo.granted);
    } else {
      finish(turn, *undo.call, Unknown{});
    }
  }
  undo_waiting_.clear();
  for (const auto& [sequence, numbered] : window_.unanswered()) {
    if (numbered.call) finish(turn, *numbered.call, ended_with_session(numbered, certain));
  }
  window_.restart();
  for (const auto id : std::exchange(waiting_, {})) {
    auto& call = calls_.at(id);
    if (std::exchange(call.after_close, false)) {
      waiting_.push_back(id);
    } else {
      finish(turn, id, lock::Reply(lock::SessionExpired{}));
    }
  }
  std::vector<CallId> closes;
  for (const auto& [id, call] : calls_) {
    if (std::holds_alternative<CloseSession>(call.question)) closes.push_back(id);
  }
  for (const auto id : closes) finish(turn, id, lock::Reply(lock::SessionClosed{}));
  std::erase_if(inflight_, [](const auto& entry) {
    return !std::holds_alternative<ForProbe>(entry.second) && !std::holds_alternative<ForCall>(entry.second);
  });
  if (!waiting_.empty()) session_.begin_opening();
}

}  // namespace client
