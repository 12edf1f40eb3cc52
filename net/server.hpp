// Accepts connections. The first frame of each says whether a peer or a client calls; whoever says anything
// else is closed with a logged reason, and nobody else notices.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "core/host/ports.hpp"
#include "core/wire/codec.hpp"
#include "net/connection.hpp"
#include "net/lifeline.hpp"
#include "net/log.hpp"
#include "net/turn.hpp"

namespace net {

struct ServerLimits {
  std::size_t clients_max = 20'000;
  std::size_t strangers_max = 1'024;  // connections that have not said hello
  base::Duration hello_within = std::chrono::seconds(5);
  std::size_t client_payload_bytes_max = 256u << 10;
  // What a client has not read of its replies; one reply above it is still sent whole.
  std::size_t client_unsent_bytes_max = 1u << 20;
};

class Server final : public host::Clients {
 public:
  struct Identity {
    base::ClusterId cluster;
    base::NodeId self;
  };
  // Frames arrive only after a proper hello.
  struct Handlers {
    // Another server of this cluster, and where it says that it is reached; an error ends the connection.
    std::function<base::Status(host::NodeId, const std::string& address)> peer_called;
    // Once for every peer that called, unless it has called again.
    std::function<void(host::NodeId)> peer_gone;
    std::function<base::Status(host::NodeId, const wire::Frame&)> peer_frame;
    std::function<void(host::ConnectionId, const wire::Frame&)> client_frame;
    // Once for every client that sent a hello, never from within a call of this object.
    std::function<void(host::ConnectionId)> client_gone;
  };

  // `acceptor` listens.
  Server(boost::asio::io_context& io, Turn& turn, const Log& log, boost::asio::ip::tcp::acceptor acceptor,
         Identity identity, ServerLimits limits, Handlers handlers);
  ~Server() override;

  void send(host::ConnectionId to, std::string frame) override;
  void close(host::ConnectionId connection, const std::string& why) override;

  // Nobody is let in any more; who is there is served on.
  void stop_accepting();

  std::vector<lock::Metric> metrics() const;

 private:
  struct Stranger {
    std::unique_ptr<boost::asio::steady_timer> patience;
  };
  struct Peer {
    host::NodeId id;
  };
  struct Client {};
  struct Caller {
    std::shared_ptr<Connection> connection;
    std::variant<Stranger, Peer, Client> as = Stranger{};
  };

  void accept();
  void pause_accepting(const std::string& why);
  void welcome(boost::asio::ip::tcp::socket socket);
  void on_frame(host::ConnectionId id, const wire::Frame& frame);
  void on_closed(host::ConnectionId id, Connection::Ended ended, const std::string& why);
  void on_hello(Caller& caller, host::ConnectionId id, const wire::Frame& frame);
  void on_peer_hello(Caller& caller, host::ConnectionId id, const wire::Frame& frame);
  void on_client_hello(Caller& caller, const wire::Frame& frame);
  void make_peer(Caller& caller, host::ConnectionId id, const wire::PeerHello& hello);

  boost::asio::io_context& io_;
  Turn& turn_;
  const Log& log_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  bool paused_ = false;  // and said so
  Identity identity_;
  ServerLimits limits_;
  Handlers handlers_;

  host::ConnectionId last_id_;
  // A client's id here is its ConnectionId; strangers and peers share the numbers. Never walked through to
  // decide anything.
  std::unordered_map<host::ConnectionId, Caller> callers_;
  std::map<host::NodeId, host::ConnectionId> peers_;  // the newest connection of each
  std::size_t clients_ = 0;
  std::size_t strangers_ = 0;
  struct Counters {
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;  // ended by this side
    Traffic strangers, peers, clients;
  };
  Counters counters_;
  Lifeline lifeline_;
};

}  // namespace net
