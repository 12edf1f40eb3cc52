// What a client sends: everything that stands unanswered and was not yet asked on this link, or too long ago.
#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/base/overload.hpp"
#include "core/client/client.hpp"
#include "core/client/fit.hpp"

namespace client {

using base::Overload;

namespace {

// Half of what the servers keep, for the user's operations; the other half so that they can always be taken
// back.
constexpr std::uint64_t kWindowOfCalls = lock::Limits{}.replies_per_session / 2;
constexpr std::uint64_t kWindow = lock::Limits{}.replies_per_session;

}  // namespace

void Client::ask(Turn& turn) {
  ask_session(turn);
  if (session_.open()) {
    number_operations();
    ask_operations(turn);
    ask_close(turn);
  }
  ask_queries(turn);
  ask_admin(turn);
  probe(turn);
}

void Client::send(Turn& turn, Purpose purpose, lock::Request request, lock::Consistency consistency) {
  inflight_.emplace(++last_wire_call_, std::move(purpose));
  turn.effects.sends.push_back(Send{link_.id(), last_wire_call_, std::move(request), consistency});
}

bool Client::due(const std::optional<Asked>& asked, Instant now) const {
  return !asked || asked->again <= now;
}

// Asked again on the same link: a plain question's answer may be lost while others keep the link alive. What
// stands open is kept by the servers until the link or the leader is lost, so there it is a last resort: each
// asking is one more to answer.
constexpr Duration kStandingAskedAgain = std::chrono::hours(1);

Asked Client::asked_now(Instant now, bool final_due) const {
  return Asked{now, now + (final_due ? 2 * config_.reply_timeout : kStandingAskedAgain), final_due};
}

void Client::ask_session(Turn& turn) {
  if (session_.opening() && due(opening_asked_, turn.now)) {
    opening_asked_ = asked_now(turn.now, true);
    send(turn, ForOpening{turn.now},
         lock::Command(lock::OpenSession{config_.session_ttl, config_.who, config_.parent}));
  }
  if (!session_.open()) return;
  auto& beat = session_.keep_alive();
  if (beat.due > turn.now) return;
  beat = Beat{turn.now + session_.period(), beat.awaited.value_or(turn.now)};
  send(turn, ForKeepAlive{turn.now}, lock::Command(lock::KeepAlive{*session_.id()}));
}

// In the order in which they were begun, but taking back goes first.
void Client::number_operations() {
  while (!undo_waiting_.empty() && window_.width() <= kWindow) {
    window_.add(std::move(undo_waiting_.front()));
    undo_waiting_.pop_front();
  }
  while (!waiting_.empty() && window_.width() <= kWindowOfCalls) {
    const auto id = waiting_.front();
    auto& call = calls_.at(id);
    if (call.after_close || is_taken_back(call)) return;
    waiting_.pop_front();
    call.sequence = window_.add(Numbered{std::get<lock::Operation>(call.question), id, std::nullopt});
  }
}

// Of a name whose former request is still being taken back, a new one would find the session in its own way.
bool Client::is_taken_back(const Call& call) const {
  if (undos_.empty()) return false;
  const auto names = names_of(std::get<lock::Operation>(call.question));
  return std::any_of(undos_.begin(), undos_.end(), [&](const auto& entry) {
    const auto& taken = entry.second.names;
    return std::find_first_of(taken.begin(), taken.end(), names.begin(), names.end()) != taken.end();
  });
}

void Client::ask_operations(Turn& turn) {
  const auto acknowledged = window_.acknowledged();
  for (auto& [sequence, numbered] : window_.unanswered()) {
    if (!due(numbered.asked, turn.now)) continue;
    const bool final_due = !numbered.asked || numbered.asked->final_due;
    numbered.asked = asked_now(turn.now, final_due);
    if (!numbered.first_sent) numbered.first_sent = turn.now;
    ++numbered.in_doubt;
    send(turn, ForSequence{sequence},
         lock::Command(lock::Sequenced{*session_.id(), sequence, acknowledged, numbered.operation}));
  }
}

void Client::ask_close(Turn& turn) {
  for (auto& [id, call] : calls_) {
    if (!std::holds_alternative<CloseSession>(call.question) || !due(call.asked, turn.now)) continue;
    call.asked = asked_now(turn.now, true);
    ++call.in_doubt;
    send(turn, ForCall{id}, lock::Command(lock::CloseSession{*session_.id()}));
  }
}

void Client::ask_queries(Turn& turn) {
  for (auto& [id, call] : calls_) {
    const auto* query = std::get_if<lock::Query>(&call.question);
    if (!query || !due(call.asked, turn.now)) continue;
    // A watch is told at once where it stands.
    call.asked = asked_now(turn.now, !std::holds_alternative<lock::WaitStatus>(*query));
    send(turn, ForCall{id}, *query, call.consistency);
  }
}

void Client::ask_admin(Turn& turn) {
  for (auto& [id, call] : calls_) {
    const auto* request = std::get_if<lock::Admin>(&call.question);
    if (!request || !due(call.asked, turn.now)) continue;
    // A change of members or a snapshot takes as long as it takes.
    call.asked = asked_now(turn.now, only_asks(*request));
    ++call.in_doubt;
    send(turn, ForCall{id}, *request);
  }
}

// A session's renewals test the link; without one, something must while an answer may be a while in coming.
bool Client::needs_probe() const {
  if (session_.open()) return false;
  return std::any_of(calls_.begin(), calls_.end(), [](const auto& entry) {
    const auto* query = std::get_if<lock::Query>(&entry.second.question);
    const auto* admin = std::get_if<lock::Admin>(&entry.second.question);
    return (query && stands(*query)) || (admin && !only_asks(*admin));
  });
}

void Client::probe(Turn& turn) {
  if (!needs_probe()) {
    probe_.reset();
  } else if (!probe_) {
    probe_ = Beat{turn.now + session_.period(), std::nullopt};
  } else if (probe_->due <= turn.now) {
    probe_ = Beat{turn.now + session_.period(), probe_->awaited.value_or(turn.now)};
    send(turn, ForProbe{}, lock::Query(lock::GetHealth{}));
  }
}

// Nothing that was asked will be answered any more.
void Client::link_lost() {
  inflight_.clear();
  probe_.reset();
  opening_asked_.reset();
  for (auto& [sequence, numbered] : window_.unanswered()) numbered.asked.reset();
  for (auto& [id, call] : calls_) call.asked.reset();
  if (!session_.open()) return;
  auto& beat = session_.keep_alive();
  if (beat.awaited) beat = Beat{*beat.awaited, std::nullopt};
}

}  // namespace client
