#include "net/server_process.hpp"

#include <utility>

#include "core/base/overload.hpp"
#include "net/event_line.hpp"

namespace net {

namespace {

node::Config node_config(const store::Identity& identity, const ServerProcess::Config& config) {
  node::Config node;
  node.raft.self = identity.node;
  node.raft.tuning = config.tuning;
  node.raft.seed = config.seed;
  node.cluster = identity.cluster;
  node.snapshots = config.snapshots;
  return node;
}

void append(std::vector<lock::Metric>& all, std::vector<lock::Metric> some) {
  for (auto& metric : some) all.push_back(std::move(metric));
}

}  // namespace

ServerProcess::ServerProcess(boost::asio::io_context& io, const Log& log,
                             boost::asio::ip::tcp::acceptor acceptor, std::unique_ptr<store::Store> store,
                             node::Recovered recovered, Config config, Handlers handlers)
    : log_(log),
      handlers_(std::move(handlers)),
      turn_(io),
      wakeups_(io, [this] { run(); }),
      patience_(2 * config.tuning.election_max),
      retirement_(io) {
  const auto identity = store->identity();
  peers_ = std::make_unique<Peers>(
      io, turn_, log, Peers::Self{identity.cluster, identity.node, identity.address}, config.guests);
  server_ = std::make_unique<Server>(
      io, turn_, log, std::move(acceptor), Server::Identity{identity.cluster, identity.node}, config.limits,
      Server::Handlers{
          .peer_called = [this](host::NodeId peer,
                                const std::string& address) { return peers_->called(peer, address); },
          .peer_gone = [this](host::NodeId peer) { peers_->gone(peer); },
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
                                         [this](const store::Failure& failure) {
                                           stop();
                                           handlers_.failed(failure);
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
  if (ready_) follow_retirement();
}

void ServerProcess::durable(raft::WriteId write) {
  if (!stopped_) host_->durable(write);
}

void ServerProcess::retire(std::function<void()> ready) {
  if (stopped_ || ready_) return;
  ready_ = std::move(ready);
  server_->stop_accepting();
  const auto& raft = host_->node().raft();
  if (!raft.is_leader() || raft.configuration().voters() < 2) return retired({});
  log_.event("handing leadership over");
  retirement_.expires_after(patience_);
  retirement_.async_wait(lifeline_.guard([this](const boost::system::error_code& cancelled) {
    if (!cancelled) retired("leadership wasn't taken over in time");
  }));
  host_->hand_over();
}

// Until its clients can be told who leads now.
void ServerProcess::follow_retirement() {
  const auto& raft = host_->node().raft();
  if (!raft.is_leader()) {
    if (const auto leader = raft.leader()) retired("server " + std::to_string(leader->value) + " leads now");
  } else if (!raft.transfer_target()) {
    retired("leadership wasn't taken over");
  }
}

void ServerProcess::retired(const std::string& how) {
  retirement_.cancel();
  if (!how.empty()) log_.event(how);
  if (const auto ready = std::exchange(ready_, {})) ready();
}

void ServerProcess::stop() {
  if (std::exchange(stopped_, true)) return;
  retirement_.cancel();
  ready_ = {};
  server_.reset();
  peers_.reset();
  disk_->finish();
}

void ServerProcess::noted(const node::Note& note) {
  if (std::holds_alternative<node::Removed>(note)) {
    // Not from within the host, which is at work.
    if (const auto removed = std::exchange(handlers_.removed, {})) removed();
    return;
  }
  if (const auto* event = std::get_if<lock::Event>(&note)) {
    // A busy server has thousands a second: no line is made for nobody.
    if (log_.detailed()) log_.detail(to_line(*event));
    return;
  }
  log_.event(to_line(note));
}

std::vector<lock::Metric> ServerProcess::metrics() const {
  std::vector<lock::Metric> all;
  append(all, server_->metrics());
  append(all, peers_->metrics());
  append(all, disk_->metrics());
  return all;
}

}  // namespace net
