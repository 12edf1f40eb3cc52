#include "net/server.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <utility>

#include "core/base/overload.hpp"
#include "net/metric_rows.hpp"

namespace net {

namespace {

// A hello is a few bytes and a host name; whoever announces more is a stranger.
constexpr std::size_t kHelloBytesMax = 320;
// After accept failed for want of descriptors or memory.
constexpr base::Duration kAcceptPause = std::chrono::milliseconds(100);
// A client whose machine vanished without a word is noticed within about two minutes.
void set_keep_alive(boost::asio::ip::tcp::socket& socket) {
  using boost::asio::detail::socket_option::integer;
  boost::system::error_code ignored;
  socket.set_option(boost::asio::socket_base::keep_alive(true), ignored);
  socket.set_option(integer<IPPROTO_TCP, TCP_KEEPIDLE>(60), ignored);
  socket.set_option(integer<IPPROTO_TCP, TCP_KEEPINTVL>(15), ignored);
  socket.set_option(integer<IPPROTO_TCP, TCP_KEEPCNT>(4), ignored);
}

}  // namespace

Server::Server(boost::asio::io_context& io, Turn& turn, const Log& log,
               boost::asio::ip::tcp::acceptor acceptor, Identity identity, ServerLimits limits,
               Handlers handlers)
    : io_(io),
      turn_(turn),
      log_(log),
      acceptor_(std::move(acceptor)),
      pause_(io),
      identity_(identity),
      limits_(limits),
      handlers_(std::move(handlers)) {
  accept();
}

Server::~Server() {
  for (auto& [id, caller] : callers_) caller.connection->abandon();
}

void Server::stop_accepting() {
  boost::system::error_code ignored;
  pause_.cancel();
  acceptor_.close(ignored);
}

void Server::accept() {
  acceptor_.async_accept(
      lifeline_.guard([this](const boost::system::error_code& error, boost::asio::ip::tcp::socket socket) {
        if (!acceptor_.is_open()) return;
        if (error == boost::asio::error::connection_aborted) return accept();
        if (error) return pause_accepting(error.message());
        paused_ = false;
        welcome(std::move(socket));
        accept();
      }));
}

void Server::pause_accepting(const std::string& why) {
  if (!std::exchange(paused_, true)) log_.error("can't accept connections for now: " + why);
  pause_.expires_after(kAcceptPause);
  pause_.async_wait(lifeline_.guard([this](const boost::system::error_code& cancelled) {
    if (!cancelled && acceptor_.is_open()) accept();
  }));
}

void Server::welcome(boost::asio::ip::tcp::socket socket) {
  if (strangers_ >= limits_.strangers_max) {
    log_.detail("refused a connection: " + std::to_string(strangers_) + " have not said hello yet");
    return;
  }
  set_no_delay(socket);
  set_keep_alive(socket);
  const auto id = last_id_ = last_id_.next();
  const auto connection = std::make_shared<Connection>(std::move(socket), turn_, kHelloBytesMax);
  connection->count_in(counters_.strangers);
  ++counters_.accepted;
  auto patience = std::make_unique<boost::asio::steady_timer>(io_, limits_.hello_within);
  patience->async_wait([connection](const boost::system::error_code& cancelled) {
    if (!cancelled) connection->close("no hello in time");
  });
  callers_.emplace(id, Caller{connection, Stranger{std::move(patience)}});
  ++strangers_;
  connection->start({
      .frame = [this, id](const wire::Frame& frame) { on_frame(id, frame); },
      .closed = [this, id](Connection::Ended ended, const std::string& why) { on_closed(id, ended, why); },
  });
}

void Server::on_frame(host::ConnectionId id, const wire::Frame& frame) {
  auto& caller = callers_.at(id);
  std::visit(base::Overload{
                 [&](const Stranger&) { on_hello(caller, id, frame); },
                 [&](const Peer& peer) {
                   if (frame.type != wire::FrameType::peer)
                     return caller.connection->close("not a peer's frame");
                   const auto connection = caller.connection;
                   if (auto status = handlers_.peer_frame(peer.id, frame); !status)
                     connection->close(status.error());
                 },
                 [&](const Client&) {
                   if (frame.type != wire::FrameType::request)
                     return caller.connection->close("not a request");
                   handlers_.client_frame(id, frame);
                 },
             },
             caller.as);
}

void Server::on_hello(Caller& caller, host::ConnectionId id, const wire::Frame& frame) {
  switch (frame.type) {
    case wire::FrameType::peer_hello:
      return on_peer_hello(caller, id, frame);
    case wire::FrameType::client_hello:
      return on_client_hello(caller, frame);
    case wire::FrameType::server_hello:
    case wire::FrameType::peer:
    case wire::FrameType::request:
    case wire::FrameType::reply:
      return caller.connection->close("its first frame is not a hello");
  }
}

void Server::on_peer_hello(Caller& caller, host::ConnectionId id, const wire::Frame& frame) {
  auto decoded = wire::decode_peer_hello(frame.payload);
  if (!decoded) return caller.connection->close(decoded.error());
  const auto& hello = decoded.value();
  const auto from = std::to_string(hello.from.value);
  if (hello.cluster != identity_.cluster) {
    return caller.connection->close("server " + from +
                                    " of another cluster calls: check its list of members");
  }
  if (hello.to != identity_.self) {
    return caller.connection->close("server " + from + " takes this one for server " +
                                    std::to_string(hello.to.value) + ": check its list of members");
  }
  if (!hello.from || hello.from == identity_.self) {
    return caller.connection->close("a server calls itself " + from + ", and that is no other server's id");
  }
  make_peer(caller, id, hello);
}

void Server::make_peer(Caller& caller, host::ConnectionId id, const wire::PeerHello& hello) {
  const auto peer = hello.from;
  if (auto welcome = handlers_.peer_called(peer, hello.address); !welcome) {
    return caller.connection->close("server " + std::to_string(peer.value) + ": " + welcome.error());
  }
  --strangers_;
  // It dialled again: what may still come on the former connection is older than what comes now.
  if (const auto former = peers_.find(peer); former != peers_.end())
    close(former->second, "it has called again");
  peers_[peer] = id;
  caller.as = Peer{peer};
  caller.connection->limit_payload(wire::kPayloadBytesMax);
  caller.connection->count_in(counters_.peers);
  log_.detail("server " + std::to_string(peer.value) + " calls from " + caller.connection->remote());
}

void Server::on_client_hello(Caller& caller, const wire::Frame& frame) {
  if (!frame.payload.empty()) return caller.connection->close("a client's hello carries nothing");
  if (clients_ >= limits_.clients_max) {
    return caller.connection->close("there are " + std::to_string(clients_) + " clients already");
  }
  --strangers_;
  ++clients_;
  caller.as = Client{};
  caller.connection->limit_payload(limits_.client_payload_bytes_max);
  caller.connection->count_in(counters_.clients);
  caller.connection->send(wire::encode_frame(wire::FrameType::server_hello, {}));
}

void Server::on_closed(host::ConnectionId id, Connection::Ended ended, const std::string& why) {
  const auto caller = callers_.extract(id);
  const auto line = "closed " + caller.mapped().connection->remote() + ": " + why;
  if (ended == Connection::Ended::by_us) ++counters_.refused;
  // Whoever leaves by himself is no event; a peer that does is missed by the connection to it.
  ended == Connection::Ended::by_us ? log_.event(line) : log_.detail(line);
  std::visit(base::Overload{
                 [&](const Stranger&) { --strangers_; },
                 [&](const Peer& peer) {
                   const auto newest = peers_.find(peer.id);
                   if (newest == peers_.end() || newest->second != id) return;
                   peers_.erase(newest);
                   handlers_.peer_gone(peer.id);
                 },
                 [&](const Client&) {
                   --clients_;
                   handlers_.client_gone(id);
                 },
             },
             caller.mapped().as);
}

void Server::send(host::ConnectionId to, std::string frame) {
  const auto caller = callers_.find(to);
  if (caller == callers_.end()) return;
  auto& connection = *caller->second.connection;
  if (connection.unsent() > limits_.client_unsent_bytes_max)
    return connection.close("it does not read its replies");
  connection.send(frame);
}

void Server::close(host::ConnectionId id, const std::string& why) {
  const auto caller = callers_.find(id);
  if (caller != callers_.end()) caller->second.connection->close(why);
}

std::vector<lock::Metric> Server::metrics() const {
  std::uint64_t unsent = 0;
  for (const auto& [id, caller] : callers_) unsent += caller.connection->unsent();
  return {
      gauge("lockd_connections_clients", "Clients that are connected", clients_),
      gauge("lockd_connections_peers", "Other servers that have called", peers_.size()),
      gauge("lockd_connections_strangers", "Connections that have not said hello yet", strangers_),
      gauge("lockd_client_unsent_bytes", "Replies waiting to be taken by clients' sockets", unsent),
      counter("lockd_connections_accepted_total", "Connections that were accepted", counters_.accepted),
      counter("lockd_connections_ended_total", "Connections that this server ended", counters_.refused),
      counter("lockd_client_received_frames_total", "Requests", counters_.clients.frames_in),
      counter("lockd_client_received_bytes_total", "From clients", counters_.clients.bytes_in),
      counter("lockd_client_sent_frames_total", "Replies", counters_.clients.frames_out),
      counter("lockd_client_sent_bytes_total", "To clients", counters_.clients.bytes_out),
      counter("lockd_peer_received_frames_total", "Messages from other servers", counters_.peers.frames_in),
      counter("lockd_peer_received_bytes_total", "From other servers", counters_.peers.bytes_in),
  };
}

}  // namespace net
