#include "net/server_process.hpp"

#include <utility>

#include "core/base/overload.hpp"
#include "net/event_line.hpp"

namespace net {

namespace {

node::Config node_config(const store::Identity& identity, const ServerProcess::Config& config) {
  node::Config node;
  for (std::size_t i = 0; i < identity.members.size(); ++i) {
    const base::NodeId id(i + 1);
    node.raft.voters.push_back(id);
    node.addresses[id] = identity.members[i];
  }
  node.raft.self = identity.node;
  node.raft.tuning = config.tuning;
  node.raft.seed = config.seed;
  node.cluster = identity.cluster;
  return node;
}

}  // namespace

ServerProcess::ServerProcess(boost::asio::io_context& io, const Log& log,
                             boost::asio::ip::tcp::acceptor acceptor, std::unique_ptr<store::Store> store,
                             Config config, std::function<void(const store::Failure&)> failed)
    : log_(log), turn_(io), wakeups_(io, [this] { run(); }) {
  const auto identity = store->identity();
  auto recovered = store->recover();
  peers_ = std::make_unique<Peers>(io, turn_, log, identity.cluster, identity.node, config.members);
  server_ = std::make_unique<Server>(
      io, turn_, log, std::move(acceptor),
      Server::Identity{
          .cluster = identity.cluster, .self = identity.node, .members = identity.members.size()},
      config.limits,
      Server::Handlers{
          .peer_called = [this](host::NodeId peer) { peers_->heard_from(peer); },
          .peer_frame = [this](host::NodeId from,
                               const wire::Frame& frame) { return host_->peer_frame(from, frame); },
          .client_frame = [this](host::ConnectionId from,
                                 const wire::Frame& frame) { host_->client_frame(from, frame); },
          .client_gone = [this](host::ConnectionId connection) { host_->client_gone(connection); },
      });
  disk_ = std::make_unique<Disk>(io, std::move(store),
                                 Disk::Handlers{
                                     .durable = [this](raft::WriteId write) { durable(write); },
                                     .failed =
                                         [this, failed = std::move(failed)](const store::Failure& failure) {
                                           stop();
                                           failed(failure);
                                         },
                                 });
  host_ = std::make_unique<host::Host>(node_config(identity, config), std::move(recovered),
                                       host::Ports{.clock = clock_,
                                                   .wakeups = wakeups_,
                                                   .peers = *peers_,
                                                   .clients = *server_,
                                                   .disk = *disk_,
                                                   .observer = *this});
}

ServerProcess::~ServerProcess() = default;

void ServerProcess::run() {
  if (stopped_) return;
  turn_.begin();
  host_->run();
  turn_.end();
}

void ServerProcess::durable(raft::WriteId write) {
  if (!stopped_) host_->durable(write);
}

void ServerProcess::stop() {
  if (std::exchange(stopped_, true)) return;
  server_.reset();
  peers_.reset();
  disk_->finish();
}

void ServerProcess::noted(const node::Note& note) {
  std::visit(
      base::Overload{
          [&](const node::BecameLeader& n) { log_.event("leader of term " + std::to_string(n.term.value)); },
          [&](const node::SteppedDown& n) {
            log_.event("no longer leader of term " + std::to_string(n.term.value));
          },
          // A busy server has thousands a second: no line is made for nobody.
          [&](const lock::Event& event) {
            if (log_.detailed()) log_.detail(to_line(event));
          },
      },
      note);
}

}  // namespace net
