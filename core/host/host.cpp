#include "core/host/host.hpp"

#include <utility>

#include "core/base/check.hpp"
#include "core/wire/codec.hpp"

namespace host {

Host::Host(node::Config config, node::Recovered recovered, Ports ports)
    : ports_(ports), node_(std::move(config), std::move(recovered), ports.clock.now()) {
  ports_.wakeups.soon();
}

base::Status Host::peer_frame(NodeId from, const wire::Frame& frame) {
  if (frame.type != wire::FrameType::peer) return base::Error{"a server sent a frame that only clients send"};
  auto message = wire::decode_message(frame.payload);
  if (!message.ok()) return message.failure();
  queue(node::Received{from, std::move(message).value()});
  return base::Done{};
}

void Host::client_frame(ConnectionId from, const wire::Frame& frame) {
  if (frame.type != wire::FrameType::request) return ports_.clients.close(from, "a frame that is no request");
  auto asked = wire::decode_request(frame.payload);
  if (!asked.ok()) return ports_.clients.close(from, asked.error());
  auto& calls = connections_[from];
  last_ticket_ = last_ticket_.next();
  if (!calls.emplace(asked->call, last_ticket_).second) {
    return ports_.clients.close(from, "call " + std::to_string(asked->call) + " is still under way");
  }
  asked_[last_ticket_] = {from, asked->call};
  queue(node::Submitted{last_ticket_, std::move(asked->request), asked->consistency});
}

void Host::client_gone(ConnectionId connection) {
  const auto calls = connections_.extract(connection);
  if (!calls) return;
  for (const auto& [call, ticket] : calls.mapped()) {
    asked_.erase(ticket);
    queue(node::Abandoned{ticket});
  }
}

void Host::durable(raft::WriteId write) {
  queue(node::Durable{write});
}

void Host::hand_over() {
  last_ticket_ = last_ticket_.next();
  queue(node::Submitted{last_ticket_, lock::Admin(lock::TransferLeadership{})});
}

void Host::queue(node::Input input) {
  if (inputs_.empty()) ports_.wakeups.soon();
  inputs_.push_back(std::move(input));
}

void Host::run() {
  const auto now = ports_.clock.now();
  if (now >= wake_at_) inputs_.push_back(node::TimerFired{});
  const auto inputs = std::exchange(inputs_, {});
  carry_out(node_.step(now, inputs));
}

void Host::carry_out(node::Effects effects) {
  if (effects.members) ports_.peers.members(*effects.members);
  if (effects.write) ports_.disk.write(std::move(*effects.write));
  for (const auto& send : effects.sends) {
    ports_.peers.send(send.to, wire::encode_frame(wire::FrameType::peer, wire::encode(send.message)));
  }
  for (auto& response : effects.responses) {
    const auto asked = asked_.find(response.ticket);
    if (asked == asked_.end()) continue;  // the client has gone
    const Asked to = asked->second;
    if (!lock::is_interim(response.reply)) {
      asked_.erase(asked);
      connections_.at(to.connection).erase(to.call);
    }
    if (auto* metrics = std::get_if<lock::Metrics>(&response.reply)) {
      for (auto& row : ports_.observer.metrics()) metrics->metrics.push_back(std::move(row));
    }
    ports_.clients.send(to.connection,
                        wire::encode_frame(wire::FrameType::reply, wire::encode(wire::ServerReply{
                                                                       to.call, std::move(response.reply)})));
  }
  for (const auto& note : effects.notes) ports_.observer.noted(note);
  wake_at_ = effects.wake_at;
  ports_.wakeups.at(wake_at_);
}

}  // namespace host
