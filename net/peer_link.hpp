// This server's outgoing connection to one peer: dialled again and again, for as long as the server lives.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/id.hpp"
#include "core/base/time.hpp"
#include "net/connection.hpp"
#include "net/endpoint.hpp"
#include "net/lifeline.hpp"
#include "net/log.hpp"
#include "net/turn.hpp"

namespace net {

class PeerLink {
 public:
  struct Config {
    base::NodeId peer;
    Endpoint endpoint;
    std::string hello;  // the frame that opens every connection
    std::size_t unsent_bytes_max = 8u << 20;
  };

  // Of all links together.
  struct Counters {
    Traffic traffic;
    std::uint64_t connects = 0;
    std::uint64_t failures = 0;    // of attempts, and ends of connections
    std::uint64_t unsendable = 0;  // messages while there was no connection
    std::uint64_t dropped = 0;     // messages because too much was waiting
  };

  // `counters` outlive it.
  PeerLink(boost::asio::io_context& io, Turn& turn, const Log& log, Config config, Counters& counters);
  ~PeerLink();

  // Dropped while there is no connection, or when too much is waiting on it: Raft sends again what matters.
  void send(std::string_view frame);
  // The peer is there, it has just called: don't wait for the next attempt.
  void retry_now();
  bool is_connected() const { return connection_ != nullptr; }
  std::size_t unsent() const { return connection_ ? connection_->unsent() : 0; }

 private:
  // How the operator sees it; said at every change.
  enum class Seen { not_yet, reachable, unreachable };

  void dial();
  void connect(const boost::asio::ip::tcp::resolver::results_type& addresses);
  void on_connected();
  void on_failed(const std::string& why);
  void wait_and_dial();

  boost::asio::io_context& io_;
  Turn& turn_;
  const Log& log_;
  Config config_;
  Counters& counters_;
  std::string name_;  // for the log

  boost::asio::ip::tcp::resolver resolver_;
  boost::asio::ip::tcp::socket socket_;  // while it is being connected
  boost::asio::steady_timer timer_;      // of the attempt, or of the wait before it
  std::uint64_t attempt_ = 0;            // tells the callbacks of an attempt that was given up
  bool waiting_ = false;
  base::Duration backoff_;
  std::shared_ptr<Connection> connection_;
  base::Instant connected_at_;
  Seen seen_ = Seen::not_yet;
  std::uint64_t dropped_ = 0;  // since the queue was full
  Lifeline lifeline_;
};

}  // namespace net
