#include "core/client/client.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/base/overload.hpp"

namespace client {

using base::Overload;

namespace {

// So that instants don't overflow.
constexpr Duration kWithinMax = std::chrono::hours(24 * 365 * 100);

void earliest(std::optional<Instant>& least, std::optional<Instant> candidate) {
  if (candidate && (!least || *candidate < *least)) least = candidate;
}

}  // namespace

Client::Client(Config config) : config_(std::move(config)), link_(config_), session_(config_) {}

std::optional<lock::SessionId> Client::session() const {
  return session_.id();
}
std::optional<Instant> Client::session_deadline() const {
  return session_.deadline();
}
std::optional<Instant> Client::when(lock::LogTime time) const {
  return session_.when(time);
}
std::optional<Instant> Client::hold_deadline(std::optional<lock::LogTime> ends_by) const {
  const auto deadline = session_.deadline();
  if (!deadline || !ends_by) return deadline;
  return std::min(*deadline, *session_.when(*ends_by));
}

Effects Client::step(Instant now, const Input& input) {
  Turn turn{now, {}};
  std::visit(Overload{
                 [&](const Begin& b) { begin(turn, b); },
                 [&](const GiveUp& g) { time_out(turn, g.call); },
                 [&](const Connected& c) {
                   if (link_.is(c.link)) link_.connected(now);
                 },
                 [&](const Disconnected& d) { disconnected(turn, d.link); },
                 [&](const Received& r) { received(turn, r); },
                 [](const TimerFired&) {},
             },
             input);
  run_deadlines(turn);
  run_link(turn);
  if (link_.up()) ask(turn);
  turn.effects.wake_at = wake_at();
  return std::move(turn.effects);
}

void Client::begin(Turn& turn, const Begin& begin) {
  CHECK(!calls_.contains(begin.call));
  auto& call = calls_[begin.call];
  call.question = begin.question;
  call.consistency = begin.consistency;
  if (begin.within) call.until = turn.now + std::clamp(*begin.within, Duration::zero(), kWithinMax);
  std::visit(Overload{
                 [&](const lock::Operation&) {
                   call.after_close = closing();
                   waiting_.push_back(begin.call);
                   if (session_.none()) session_.begin_opening();
                 },
                 [](const lock::Query&) {},
                 [](const lock::Admin&) {},
                 [&](const CloseSession&) {
                   if (session_.none()) finish(turn, begin.call, lock::Reply(lock::SessionClosed{}));
                 },
             },
             begin.question);
}

void Client::disconnected(Turn& turn, LinkId link) {
  if (!link_.is(link)) return;
  link_.lost(turn.now);
  link_lost();
}

void Client::received(Turn& turn, const Received& received) {
  if (!link_.up(received.link)) return;
  const auto found = inflight_.find(received.call);
  if (found == inflight_.end()) return link_.answered(turn.now, false);
  const Purpose purpose = found->second;
  if (!lock::is_interim(received.reply)) inflight_.erase(found);

  const auto* not_leader = std::get_if<lock::NotLeader>(&received.reply);
  if (not_leader) not_proposed(purpose);
  if (not_leader || std::holds_alternative<lock::LeadershipLost>(received.reply)) {
    link_.leave(turn.now, not_leader ? not_leader->leader : std::string(), turn.effects);
    return link_lost();
  }
  // Any server tells these, so they say nothing about having found the leader.
  const bool from_any = std::holds_alternative<lock::Health>(received.reply) ||
                        std::holds_alternative<lock::Metrics>(received.reply) ||
                        std::holds_alternative<lock::SnapshotTaken>(received.reply);
  link_.answered(turn.now, !from_any);
  if (!answer(turn, purpose, received.reply)) {
    link_.leave(turn.now, {}, turn.effects);
    link_lost();
  }
}

void Client::run_deadlines(Turn& turn) {
  std::vector<CallId> over;
  for (const auto& [id, call] : calls_) {
    if (call.until && *call.until <= turn.now) over.push_back(id);
  }
  for (const auto id : over) time_out(turn, id);
  // Nobody is left who wants the session that isn't there yet: should it be minted after all, it expires
  // unused.
  if (session_.opening() && waiting_.empty()) session_gone(turn, true);
}

void Client::run_link(Turn& turn) {
  if (const auto ends = silence_ends(); ends && *ends <= turn.now) {
    link_.leave(turn.now, {}, turn.effects);
    link_lost();
  }
  link_.run(turn.now, wanted(), turn.effects);
}

bool Client::wanted() const {
  return !calls_.empty() || !session_.none();
}

bool Client::closing() const {
  return std::any_of(calls_.begin(), calls_.end(), [](const auto& entry) {
    return std::holds_alternative<CloseSession>(entry.second.question);
  });
}

// When the link will have been silent for too long, should nothing come.
std::optional<Instant> Client::silence_ends() const {
  if (!link_.up()) return std::nullopt;
  std::optional<Instant> least;
  const auto awaiting = [&](Instant sent, Duration timeout) {
    earliest(least, std::max(link_.heard(), sent) + timeout);
  };
  const auto asked = [&](const std::optional<Asked>& a) {
    if (a && a->final_due) awaiting(a->sent, config_.reply_timeout);
  };
  for (const auto& [sequence, numbered] : window_.unanswered()) asked(numbered.asked);
  for (const auto& [id, call] : calls_) asked(call.asked);
  asked(opening_asked_);
  // A renewal that hangs must leave time to renew elsewhere.
  if (session_.open() && session_.keep_alive().awaited) {
    awaiting(*session_.keep_alive().awaited, std::min(config_.reply_timeout, session_.period()));
  }
  if (probe_ && probe_->awaited) awaiting(*probe_->awaited, config_.reply_timeout);
  return least;
}

std::optional<Instant> Client::wake_at() const {
  auto least = link_.wake_at(wanted());
  for (const auto& [id, call] : calls_) earliest(least, call.until);
  if (!link_.up()) return least;

  const auto again = [&](const std::optional<Asked>& a) {
    if (a) earliest(least, a->again);
  };
  for (const auto& [sequence, numbered] : window_.unanswered()) again(numbered.asked);
  for (const auto& [id, call] : calls_) again(call.asked);
  again(opening_asked_);
  if (session_.open()) earliest(least, session_.keep_alive().due);
  if (probe_) earliest(least, probe_->due);
  earliest(least, silence_ends());
  return least;
}

}  // namespace client
