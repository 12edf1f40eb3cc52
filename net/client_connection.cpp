#include "net/client_connection.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "core/base/check.hpp"
#include "net/endpoint.hpp"

namespace net {

using boost::asio::ip::tcp;

ClientConnection::ClientConnection(boost::asio::io_context& io, Turn& turn, Handlers handlers)
    : io_(io), turn_(turn), handlers_(std::move(handlers)), resolver_(io), socket_(io) {}

void ClientConnection::open(const std::string& text) {
  const auto endpoint = parse_endpoint(text);
  if (!endpoint) return boost::asio::post(io_, [self = shared_from_this()] { self->gone(); });
  boost::system::error_code not_numeric;
  const auto address = boost::asio::ip::make_address(endpoint->host, not_numeric);
  // The resolver works on a thread of its own, so addresses go round it.
  if (!not_numeric) {
    return socket_.async_connect(tcp::endpoint(address, endpoint->port),
                                 [self = shared_from_this()](const auto& error) { self->connected(error); });
  }
  resolver_.async_resolve(endpoint->host, std::to_string(endpoint->port), tcp::resolver::numeric_service,
                          [self = shared_from_this()](const auto& error, const auto& addresses) {
                            self->resolved(error, addresses);
                          });
}

void ClientConnection::resolved(const boost::system::error_code& error,
                                const tcp::resolver::results_type& addresses) {
  if (closed_) return;
  if (error) return gone();
  boost::asio::async_connect(
      socket_, addresses,
      [self = shared_from_this()](const auto& failed, const tcp::endpoint&) { self->connected(failed); });
}

void ClientConnection::connected(const boost::system::error_code& error) {
  if (closed_) return;
  if (error) return gone();
  set_no_delay(socket_);
  connection_ = std::make_shared<Connection>(std::move(socket_), turn_, wire::kPayloadBytesMax);
  const auto weak = weak_from_this();
  connection_->start({[weak](const wire::Frame& frame) {
                        if (const auto self = weak.lock()) self->on_frame(frame);
                      },
                      [weak](Connection::Ended, const std::string&) {
                        if (const auto self = weak.lock()) self->gone();
                      }});
  connection_->send(wire::encode_frame(wire::FrameType::client_hello, {}));
}

void ClientConnection::on_frame(const wire::Frame& frame) {
  if (closed_) return;
  const auto expected = greeted_ ? wire::FrameType::reply : wire::FrameType::server_hello;
  if (frame.type != expected) return connection_->close("a frame of a type that has no place here");
  if (!greeted_) {
    greeted_ = true;
    return handlers_.connected();
  }
  auto reply = wire::decode_reply(frame.payload);
  if (!reply) return connection_->close(reply.error());
  handlers_.reply(std::move(reply).value());
}

void ClientConnection::send(const wire::ClientRequest& request) {
  CHECK(greeted_);
  connection_->send(wire::encode_frame(wire::FrameType::request, wire::encode(request)));
}

void ClientConnection::gone() {
  if (closed_) return;
  const auto handlers = handlers_;
  close();
  handlers.gone();
}

void ClientConnection::close() {
  if (std::exchange(closed_, true)) return;
  resolver_.cancel();
  boost::system::error_code ignored;
  socket_.close(ignored);
  // Not abandon(): one of its handlers may be what runs us.
  if (connection_) connection_->close("no longer needed");
}

}  // namespace net
