// One connection of a client to one server: resolves, connects, greets, then carries requests and replies.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>

#include "core/wire/codec.hpp"
#include "net/connection.hpp"
#include "net/turn.hpp"

namespace net {

class ClientConnection : public std::enable_shared_from_this<ClientConnection> {
 public:
  struct Handlers {
    // The server has greeted back.
    std::function<void()> connected;
    std::function<void(wire::ServerReply)> reply;
    // At most once, also instead of `connected`: what is wrong with the endpoint, the network, or the bytes
    // that came.
    std::function<void()> gone;
  };

  // `turn` outlives it until close().
  ClientConnection(boost::asio::io_context& io, Turn& turn, Handlers handlers);

  // Never calls back from within.
  void open(const std::string& endpoint);
  // Only once connected.
  void send(const wire::ClientRequest& request);
  // Nothing is called back any more.
  void close();

 private:
  void resolved(const boost::system::error_code& error,
                const boost::asio::ip::tcp::resolver::results_type& addresses);
  void connected(const boost::system::error_code& error);
  void on_frame(const wire::Frame& frame);
  void gone();

  boost::asio::io_context& io_;
  Turn& turn_;
  Handlers handlers_;
  boost::asio::ip::tcp::resolver resolver_;
  boost::asio::ip::tcp::socket socket_;
  std::shared_ptr<Connection> connection_;
  bool greeted_ = false;
  bool closed_ = false;
};

}  // namespace net
