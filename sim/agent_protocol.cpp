// An agent as the network sees it, and what it believes to hold.
#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/base/overload.hpp"
#include "core/wire/codec.hpp"
#include "sim/agent.hpp"
#include "sim/server.hpp"

namespace sim {

using base::Overload;

void Agent::step(const client::Input& input) {
  check_belief();
  auto effects = client_->step(clock_.now(), input);
  if (const auto session = client_->session()) world_.sessions[*session] = place();
  deadline_ = client_->session_deadline();
  if (!deadline_) lose_holds(world_now());
  carry_out(std::move(effects));
}

void Agent::carry_out(client::Effects effects) {
  for (const auto& close : effects.closes) {
    const auto node = connections_.extract(close.link);
    if (!node) continue;
    links_.erase(node.mapped());
    world_.network.close(node.mapped(), place());
  }
  for (const auto& connect : effects.connects) {
    const auto connection = world_.network.connect(place(), place_at(connect.endpoint));
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
  for (const auto& finished : effects.finished) record(finished);
  arm(effects.wake_at);
  resume();
}

void Agent::record(const client::Finished& finished) {
  const auto node = asked_.extract(finished.call);
  CHECK(node);
  const auto granted =
      finished.undone ? std::max(clock_.when(finished.undone->granted), node.mapped().begun) : Time(0);
  const bool known =
      world_.history.finish(node.mapped().operation, finished, world_now(), std::min(granted, world_now()));
  count(world_.coverage, known ? "ops_done" : "ops_unknown");
  if (const auto* reply = std::get_if<lock::Reply>(&finished.outcome)) follow_holds(node.mapped(), *reply);
  // Where one of a client's operations stays open for ever, the next ones are another's.
  if (!known) id_ = world_.history.new_client(made_.name);
  finished_.emplace(finished.call, finished);
}

void Agent::follow_holds(const Asked& asked, const lock::Reply& reply) {
  const auto* operation = std::get_if<lock::Operation>(&asked.question);
  if (!operation) return;
  if (const auto* acquire = std::get_if<lock::Acquire>(operation)) {
    const auto* granted = std::get_if<lock::Granted>(&reply);
    if (!granted) return;
    if (deadline_ && *deadline_ > clock_.now()) {
      holds_.emplace(granted->token, Hold{acquire->name, id_});
    } else {
      world_.history.expire(id_, acquire->name, granted->token, asked.begun);
    }
  } else if (const auto* release = std::get_if<lock::Release>(operation)) {
    if (std::holds_alternative<lock::Released>(reply) || std::holds_alternative<lock::NotHeld>(reply)) {
      holds_.erase(release->token);
    }
  }
}

void Agent::check_belief() {
  if (deadline_ && *deadline_ <= clock_.now()) lose_holds(std::min(clock_.when(*deadline_), world_now()));
}

void Agent::lose_holds(Time from) {
  for (const auto& [token, hold] : holds_) world_.history.expire(hold.client, hold.name, token, from);
  holds_.clear();
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
  if (deadline_ && !holds_.empty() && !belief_armed_) {
    belief_armed_ = clock_.when(*deadline_);
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
