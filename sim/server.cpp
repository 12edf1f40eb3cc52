#include "sim/server.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"

namespace sim {

namespace {
// A timer that is late is late by much.
constexpr std::int64_t kLateMin = 500'000'000;
constexpr std::int64_t kLateMax = 5'000'000'000;
}  // namespace

std::string address_of(Place server) {
  return "s" + std::to_string(server + 1);
}

Place place_at(const std::string& address) {
  CHECK(address.size() > 1 && address.front() == 's');
  return static_cast<Place>(std::stoul(address.substr(1)) - 1);
}

Server::Server(Place place, node::Config config, Queue& queue, Network& network, Onlooker& onlooker,
               Clock clock, std::unique_ptr<Disk> disk, Draws& timers)
    : place_(place),
      config_(std::move(config)),
      queue_(queue),
      network_(network),
      onlooker_(onlooker),
      clock_(clock),
      disk_(std::move(disk)),
      timers_(timers) {}

void Server::move_in(host::NodeId id, const raft::Configuration& initial) {
  CHECK(!host_ && id);
  config_.raft.self = id;
  disk_->format({.cluster = config_.cluster, .node = id, .address = address_of(place_)}, initial);
}

void Server::move_out() {
  CHECK(!host_);
  config_.raft.self = host::NodeId(0);
  disk_->clear();
}

std::optional<store::Failure> Server::start() {
  CHECK(!host_ && id());
  ++epoch_;
  run_soon_ = false;
  armed_.reset();
  auto recovered = disk_->recover(epoch_);
  if (auto* failure = std::get_if<store::Failure>(&recovered)) return std::move(*failure);
  auto config = config_;
  config.raft.seed += epoch_;
  auto found = node::recovered(std::get<raft::Recovered>(std::move(recovered)), config.limits);
  CHECK(found.ok());
  host_.emplace(std::move(config), std::move(found).value(),
                host::Ports{clock_, *this, *this, *this, *disk_, *this});
  return std::nullopt;
}

void Server::end(Disk::End how) {
  CHECK(host_);
  host_.reset();
  ++epoch_;
  callers_.clear();
  reached_.clear();
  network_.close_all(place_);
  disk_->end(how);
}

void Server::on_peer_frame(const Event& event) {
  const host::NodeId from(event.detail);
  // Whoever is called by another's name hangs up.
  if (host::NodeId(event.id >> 32) != id()) return;
  // A frame that does not read whole is dropped: the real transport calls again.
  wire::FrameReader reader;
  reader.feed(event.bytes);
  const auto frame = reader.next();
  if (!frame.ok() || !frame.value()) return;
  // Who calls has said where it is answered.
  reached_[from] = static_cast<Place>(event.id);
  onlooker_.received(place_, from, frame.value()->payload);
  (void)host_->peer_frame(from, *frame.value()).ok();
}

void Server::on_segment(ConnectionNumber connection, const std::string& bytes) {
  if (!network_.is_open(connection, place_)) return network_.refuse(connection, place_);
  callers_[connection].reader.feed(bytes);
  for (;;) {
    const auto caller = callers_.find(connection);
    if (caller == callers_.end()) return;
    const auto frame = caller->second.reader.next();
    if (!frame.ok()) return drop(connection);
    if (!frame.value()) return;
    const bool hello = frame.value()->type == wire::FrameType::client_hello;
    if (hello == caller->second.greeted) return drop(connection);
    if (hello) {
      caller->second.greeted = true;
      network_.send(connection, place_, wire::encode_frame(wire::FrameType::server_hello, {}));
    } else {
      host_->client_frame(host::ConnectionId(connection), *frame.value());
    }
  }
}

void Server::on_reset(ConnectionNumber connection) {
  network_.on_reset(connection, place_);
  if (callers_.erase(connection) != 0) host_->client_gone(host::ConnectionId(connection));
}

void Server::drop(ConnectionNumber connection) {
  network_.close(connection, place_);
  if (callers_.erase(connection) != 0) host_->client_gone(host::ConnectionId(connection));
}

bool Server::on_wake() {
  // Another has been asked for since: this one comes for nothing.
  if (armed_ && *armed_ > queue_.now()) return false;
  armed_.reset();
  if (clock_.now() < wake_at_) {
    arm();
    return false;
  }
  host_->run();
  return true;
}

void Server::on_run() {
  run_soon_ = false;
  host_->run();
}

std::optional<store::Failure> Server::on_disk_done() {
  auto done = disk_->done();
  if (done.durable) host_->durable(*done.durable);
  return std::move(done.failure);
}

void Server::on_clock_jump() {
  armed_.reset();
  arm();
}

void Server::soon() {
  if (std::exchange(run_soon_, true)) return;
  queue_.push(queue_.now(), {.kind = EventKind::server_run, .actor = place_, .epoch = epoch_});
}

void Server::at(Instant when) {
  wake_at_ = when;
  arm();
}

void Server::arm() {
  auto due = std::max(clock_.when(wake_at_), queue_.now());
  if (armed_ && *armed_ <= due) return;
  // Only where a sweep asks for it.
  if (timers_.chance(0, FaultSite::late_timer)) due += Duration(timers_.between(kLateMin, kLateMax));
  armed_ = due;
  queue_.push(due, {.kind = EventKind::server_wake, .actor = place_, .epoch = epoch_});
}

void Server::send(host::NodeId to, std::string frame) {
  onlooker_.sent(place_, to, frame);
  const auto at = reached_.find(to);
  if (at == reached_.end()) return;
  network_.send_datagram(place_, at->second, std::move(frame), static_cast<std::uint32_t>(id().value),
                         static_cast<std::uint32_t>(to.value));
}

// Who is no member any more is still answered: its removal is told to it.
void Server::members(const raft::Configuration& configuration) {
  for (const auto& member : configuration.members) reached_[member.id] = place_at(member.address);
}

void Server::send(host::ConnectionId to, std::string frame) {
  network_.send(to.value, place_, std::move(frame));
}

void Server::close(host::ConnectionId connection, const std::string&) {
  // The host is told of its end in a turn of its own, as a socket does it.
  network_.close(connection.value, place_);
  queue_.push(
      queue_.now(),
      {.kind = EventKind::reset, .actor = place_, .epoch = epoch_, .detail = 1, .id = connection.value});
}

}  // namespace sim
