// Calls whose time is over, and requests that are taken back.
#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/base/overload.hpp"
#include "core/client/client.hpp"
#include "core/client/fit.hpp"

namespace client {

using base::Overload;

namespace {

// What a request that waited may have been answered before it could be cancelled, beside Granted.
bool ends_its_wait(const lock::Reply& reply) {
  return std::holds_alternative<lock::Held>(reply) || std::holds_alternative<lock::Superseded>(reply) ||
         std::holds_alternative<lock::Deadlock>(reply) || std::holds_alternative<lock::OnceEnded>(reply);
}

}  // namespace

void Client::time_out(Turn& turn, CallId id) {
  const auto found = calls_.find(id);
  if (found == calls_.end()) return;
  auto& call = found->second;
  std::visit(Overload{
                 [&](const lock::Operation&) { time_out_operation(turn, id, call); },
                 [&](const lock::Query&) { finish(turn, id, TimedOut{}); },
                 [&](const lock::Admin& request) {
                   const bool certain = call.in_doubt == 0 || only_asks(request);
                   finish(turn, id, certain ? Outcome(TimedOut{}) : Outcome(Unknown{}));
                 },
                 [&](const CloseSession&) {
                   const Outcome outcome = call.in_doubt == 0 ? Outcome(TimedOut{}) : Outcome(Unknown{});
                   finish(turn, id, outcome);
                   session_gone(turn, false);
                 },
             },
             call.question);
}

void Client::time_out_operation(Turn& turn, CallId id, Call& call) {
  if (!call.sequence) {
    std::erase(waiting_, id);
    return finish(turn, id, TimedOut{});
  }
  const auto sequence = call.sequence;
  if (const auto undo = undos_.find(sequence); undo != undos_.end()) {
    if (call.until && *call.until > turn.now) return;  // given up once more
    undo->second.call.reset();
    return finish(turn, id, Unknown{});
  }
  const auto* numbered = window_.find(sequence);
  CHECK(numbered);
  if (numbered->in_doubt > 0 && !names_of(numbered->operation).empty()) {
    call.until = turn.now + config_.cancel_grace;
    return take_back(sequence, id);
  }
  // Answered as far as the servers are concerned: a late copy of it finds itself below the acknowledged mark.
  const Outcome outcome = numbered->in_doubt == 0 ? Outcome(TimedOut{}) : Outcome(Unknown{});
  window_.answered(sequence);
  finish(turn, id, outcome);
}

void Client::take_back(lock::Sequence acquire, CallId call) {
  auto& numbered = *window_.find(acquire);
  const auto* asked = std::get_if<lock::Acquire>(&numbered.operation);
  numbered.call.reset();
  undos_.emplace(acquire, Undo{names_of(numbered.operation), asked && asked->detached, call, std::nullopt});
  undo_waiting_.push_back(Numbered{lock::Cancel{acquire}, std::nullopt, acquire});
}

// `asked` is the request itself, its Cancel, or the Leave of what it got; any of them may be the one that
// tells.
bool Client::answer_undo(Turn& turn, lock::Sequence acquire, const lock::Operation& asked,
                         const lock::Reply& reply) {
  if (const auto* granted = std::get_if<lock::Granted>(&reply)) {
    give_back(turn, acquire, granted->token);
  } else if (std::holds_alternative<lock::Cancelled>(reply) ||
             std::holds_alternative<lock::Released>(reply) || std::holds_alternative<lock::NotHeld>(reply)) {
    undo_settled(turn, acquire, TimedOut{});
  } else if (!names_of(asked).empty() || ends_its_wait(reply)) {
    undo_settled(turn, acquire, reply);
  } else if (std::holds_alternative<lock::Leave>(asked)) {
    undo_settled(turn, acquire, Unknown{});
  }
  // Else the Cancel was refused: the request's own answer decides, or the end of the grace.
  return true;
}

void Client::give_back(Turn& turn, lock::Sequence acquire, lock::Token token) {
  auto& undo = undos_.at(acquire);
  if (undo.granted) return;
  undo.granted = Undone{token, turn.now};
  forget_requests(acquire);
  undo_waiting_.push_back(Numbered{lock::Leave{acquire}, std::nullopt, acquire});
}

void Client::undo_settled(Turn& turn, lock::Sequence acquire, Outcome outcome) {
  forget_requests(acquire);
  const auto undo = std::move(undos_.extract(acquire).mapped());
  if (!undo.call) return;
  const bool known = !std::holds_alternative<Unknown>(outcome);
  finish(turn, *undo.call, std::move(outcome), std::nullopt, known ? undo.granted : std::nullopt);
}

// Their answers can tell nothing new.
void Client::forget_requests(lock::Sequence acquire) {
  std::erase_if(undo_waiting_, [&](const Numbered& n) { return n.undoes == acquire; });
  std::erase_if(window_.unanswered(),
                [&](const auto& entry) { return entry.first == acquire || entry.second.undoes == acquire; });
}

}  // namespace client
