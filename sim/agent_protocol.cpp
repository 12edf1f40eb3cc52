// An agent as the network sees it, and what it believes to hold.
#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/base/overload.hpp"
#include "core/client/fit.hpp"
#include "core/wire/codec.hpp"
#include "sim/agent.hpp"

namespace sim {

using base::Overload;

void Agent::step(const client::Input& input) {
  check_belief();
  std::map<lock::Token, Instant> believed;
  for (const auto& [token, hold] : holds_) {
    if (const auto until = deadline_of(hold)) believed[token] = *until;
  }
  auto effects = client_->step(clock_.now(), input);
  follow_session();
  deadline_ = client_->session_deadline();
  if (!deadline_) {
    for (const auto& [token, until] : believed) {
      const auto hold = holds_.find(token);
      if (hold == holds_.end() || hold->second.detached_until) continue;
      lose(token, std::min(world_now(), clock_.when(until)));
    }
    lose_bound_holds(world_now());
  }
  // Nobody is granted the names of a broken hold before it would have ended.
  for (const auto& lost : effects.lost) {
    if (believed.contains(lost.token)) {
      lose(lost.token, clock_.when(believed.at(lost.token)));
    } else {
      lost_early_.insert(lost.token);
    }
  }
  carry_out(std::move(effects));
}

void Agent::follow_session() {
  if (const auto session = client_->session()) {
    world_.sessions[*session] = place();
    world_.open_sessions[place()] = *session;
  } else {
    world_.open_sessions.erase(place());
  }
}

void Agent::carry_out(client::Effects effects) {
  for (const auto& close : effects.closes) {
    const auto node = connections_.extract(close.link);
    if (!node) continue;
    links_.erase(node.mapped());
    world_.network.close(node.mapped(), place());
  }
  for (const auto& connect : effects.connects) {
    const auto connection = world_.network.connect(place(), world_.network.place_at(connect.endpoint));
    links_.emplace(connection, Link{connect.link, wire::FrameReader()});
    connections_[connect.link] = connection;
    world_.network.send(connection, place(), wire::encode_frame(wire::FrameType::client_hello, {}));
  }
  for (auto& send : effects.sends) {
    const auto connection = connections_.find(send.link);
    if (connection == connections_.end()) continue;
    const wire::ClientRequest request{send.call, send.consistency, std::move(send.request)};
    world_.network.send(connection->second, place(),
                        wire::encode_frame(wire::FrameType::request, wire::encode(request)));
  }
  for (const auto& progress : effects.progress) {
    if (const auto asked = asked_.find(progress.call); asked != asked_.end())
      world_.history.queued(asked->second.operation, world_now());
  }
  for (const auto& finished : effects.finished) record(finished);
  arm(effects.wake_at);
  resume();
}

void Agent::record(const client::Finished& finished) {
  const auto node = asked_.extract(finished.call);
  CHECK(node);
  const auto granted =
      finished.undone ? std::max(clock_.when(finished.undone->granted), node.mapped().begun) : Time(0);
  auto told = finished;
  // An unwanted entry of what it held already: how many there were then, nobody has learnt.
  const bool entered_again =
      finished.undone && std::any_of(grants_.begin(), grants_.end(), [&](const auto& grant) {
        return grant.second.token == finished.undone->token;
      });
  if (entered_again) told = {finished.call, client::Unknown{}, {}, {}, finished.sequence};
  const bool known =
      world_.history.finish(node.mapped().operation, told, world_now(), std::min(granted, world_now()));
  count(world_.coverage, known ? "ops_done" : "ops_unknown");
  if (const auto* reply = std::get_if<lock::Reply>(&finished.outcome)) {
    world_.availability.answered(world_now());
    count_reply(node.mapped(), *reply);
    follow_holds(node.mapped(), finished, *reply);
  }
  // Where one of a client's operations stays open for ever, the next ones are another's.
  if (!known) id_ = world_.history.new_client(made_.name);
  finished_.emplace(finished.call, finished);
}

void Agent::count_reply(const Asked& asked, const lock::Reply& reply) {
  const auto add = [&](const char* name) { count(world_.coverage, name); };
  const auto* operation = std::get_if<lock::Operation>(&asked.question);
  if (!operation) return;
  if (const auto* granted = std::get_if<lock::Granted>(&reply)) {
    if (granted->entries > 1) add("reentries");
    if (granted->attempt > 0) add("once_runs");
    if (granted->attempt > 1) add("once_runs_again");
    if (granted->entries > 1 && made_.under) add("nested_reentries");
    if (granted->ends_by) add("max_holds");
    if (const auto* acquire = std::get_if<lock::Acquire>(operation)) {
      if (acquire->detached) add("detached_grants");
      if (acquire->locks.size() > 1) add("multi_grants");
      if (std::holds_alternative<lock::Shared>(acquire->locks.front().mode)) add("shared_grants");
      if (std::holds_alternative<lock::Counted>(acquire->locks.front().mode)) add("counted_grants");
    }
  }
  if (const auto* ended = std::get_if<lock::OnceEnded>(&reply)) {
    add("once_told");
    if (ended->state == "lost") add("once_lost");
  }
  if (std::holds_alternative<lock::Deadlock>(reply)) add("deadlocks");
  if (std::holds_alternative<lock::Superseded>(reply)) add("superseded");
  if (std::holds_alternative<lock::Broken>(reply)) add("breaks");
  if (std::holds_alternative<lock::Downgraded>(reply)) add("downgrades");
  if (std::holds_alternative<lock::Renewed>(reply)) add("renewals");
}

void Agent::granted(const Asked& asked, const client::Finished& finished, const lock::Granted& granted) {
  const auto names = client::names_of(std::get<lock::Operation>(asked.question));
  grants_[finished.call] = {names, granted.token};
  // What is over before it is known has ended at some time since it was asked for.
  const Hold held{names, {asked.client}, 1, granted.ends_by, finished.holds_until};
  const auto until = deadline_of(held);
  const bool stands = held.detached_until || (deadline_ && !is_closing());
  if (stands && until && *until > clock_.now() && !lost_early_.contains(granted.token)) {
    const auto [hold, fresh] = holds_.try_emplace(granted.token, held);
    if (fresh) return;
    ++hold->second.entries;
    hold->second.clients.insert(asked.client);
    return;
  }
  for (const auto& name : names) world_.history.expire(asked.client, name, granted.token, asked.begun);
}

// A renewal that is answered late may tell less than the next one did.
void Agent::renewed(lock::Token token, const client::Finished& finished) {
  const auto hold = holds_.find(token);
  if (hold == holds_.end() || !hold->second.detached_until || !finished.holds_until) return;
  hold->second.detached_until = std::max(*hold->second.detached_until, *finished.holds_until);
}

bool Agent::is_closing() const {
  return std::any_of(asked_.begin(), asked_.end(), [](const auto& asked) {
    return std::holds_alternative<client::CloseSession>(asked.second.question);
  });
}

void Agent::left(lock::Token token) {
  const auto hold = holds_.find(token);
  if (hold != holds_.end() && --hold->second.entries == 0) holds_.erase(hold);
}

void Agent::follow_holds(const Asked& asked, const client::Finished& finished, const lock::Reply& reply) {
  const auto* operation = std::get_if<lock::Operation>(&asked.question);
  if (!operation) return;
  const bool ended =
      std::holds_alternative<lock::Released>(reply) || std::holds_alternative<lock::NotHeld>(reply) ||
      std::holds_alternative<lock::OnceFinished>(reply) || std::holds_alternative<lock::StaleToken>(reply);
  if (const auto* grant = std::get_if<lock::Granted>(&reply)) granted(asked, finished, *grant);
  const auto* asked_renewal = std::get_if<lock::Renew>(operation);
  if (asked_renewal && !ended) renewed(asked_renewal->token, finished);
  if (!ended) return;
  // One that was broken kept its name until its lease ended, if nobody confirmed.
  const auto* asked_release = std::get_if<lock::Release>(operation);
  const auto token = asked_release   ? asked_release->token
                     : asked_renewal ? asked_renewal->token
                     : asked.left    ? asked.left->token
                                     : lock::Token();
  const auto gone = holds_.find(token);
  if (std::holds_alternative<lock::NotHeld>(reply) && gone != holds_.end()) {
    const auto until = deadline_of(gone->second);
    return lose(token, until ? clock_.when(*until) : world_now());
  }
  if (asked_release) holds_.erase(token);
  if (const auto* finish = std::get_if<lock::FinishOnce>(operation)) holds_.erase(finish->token);
  if (std::holds_alternative<lock::Leave>(*operation)) left(asked.left->token);
}

std::optional<Instant> Agent::deadline_of(const Hold& hold) const {
  if (hold.detached_until) return hold.detached_until;
  if (!hold.ends_by || !client_) return deadline_;
  return client_->hold_deadline(hold.ends_by);
}

void Agent::check_belief() {
  if (deadline_ && *deadline_ <= clock_.now())
    lose_bound_holds(std::min(clock_.when(*deadline_), world_now()));
  std::vector<std::pair<lock::Token, Time>> over;
  for (const auto& [token, hold] : holds_) {
    const auto until = deadline_of(hold);
    if (until && *until <= clock_.now()) over.emplace_back(token, std::min(clock_.when(*until), world_now()));
  }
  for (const auto& [token, from] : over) lose(token, from);
}

void Agent::lose(lock::Token token, Time from) {
  const auto node = holds_.extract(token);
  if (!node) return;
  for (const auto client : node.mapped().clients) {
    for (const auto& name : node.mapped().names) world_.history.expire(client, name, token, from);
  }
}

// Each at its own end, where that comes first.
void Agent::lose_bound_holds(Time from) {
  std::vector<std::pair<lock::Token, Time>> over;
  for (const auto& [token, hold] : holds_) {
    if (hold.detached_until) continue;
    const auto until = deadline_of(hold);
    over.emplace_back(token, until ? std::min(from, clock_.when(*until)) : from);
  }
  for (const auto& [token, end] : over) lose(token, end);
}

void Agent::arm(std::optional<Instant> wake_at) {
  wake_wish_ = wake_at;
  if (wake_at) {
    const auto due = std::max(clock_.when(*wake_at), world_now());
    if (!wake_armed_ || *wake_armed_ > due) {
      wake_armed_ = due;
      world_.queue.push(due, {.kind = EventKind::client_wake, .actor = place(), .epoch = epoch_});
    }
  }
  std::optional<Time> soonest;
  for (const auto& [token, hold] : holds_) {
    if (const auto until = deadline_of(hold))
      soonest = std::min(soonest.value_or(clock_.when(*until)), clock_.when(*until));
  }
  if (soonest && (!belief_armed_ || *soonest < *belief_armed_)) {
    belief_armed_ = std::max(*soonest, world_now());
    world_.queue.push(*belief_armed_, {.kind = EventKind::client_belief, .actor = place(), .epoch = epoch_});
  }
}

void Agent::on_wake() {
  if (wake_armed_ && *wake_armed_ > world_now()) return;
  wake_armed_.reset();
  if (wake_wish_ && clock_.now() < *wake_wish_) return arm(wake_wish_);
  step(client::TimerFired{});
}

void Agent::on_alarm() {
  check_belief();
  resume();
}

void Agent::on_belief() {
  if (belief_armed_ && *belief_armed_ > world_now()) return;
  belief_armed_.reset();
  check_belief();
  arm(wake_wish_);
  resume();
}

void Agent::on_clock_jump() {
  belief_armed_.reset();
  wake_armed_.reset();
  check_belief();
  step(client::TimerFired{});
}

void Agent::on_segment(ConnectionNumber connection, const std::string& bytes) {
  if (!links_.contains(connection)) return world_.network.refuse(connection, place());
  links_.at(connection).reader.feed(bytes);
  for (;;) {
    const auto link = links_.find(connection);
    if (link == links_.end()) return;
    const auto id = link->second.id;
    const auto frame = link->second.reader.next();
    if (frame.ok() && !frame.value()) return;
    if (frame.ok() && frame.value()->type == wire::FrameType::server_hello) {
      step(client::Connected{id});
      continue;
    }
    auto reply = frame.ok() ? wire::decode_reply(frame.value()->payload)
                            : base::Result<wire::ServerReply>(frame.failure());
    if (!reply.ok()) {
      world_.network.close(connection, place());
      return on_reset(connection);
    }
    step(client::Received{id, reply->call, std::move(reply->reply)});
  }
}

void Agent::on_reset(ConnectionNumber connection) {
  world_.network.on_reset(connection, place());
  const auto link = links_.extract(connection);
  if (!link) return;
  connections_.erase(link.mapped().id);
  step(client::Disconnected{link.mapped().id});
}

}  // namespace sim
