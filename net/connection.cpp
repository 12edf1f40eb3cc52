#include "net/connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <sstream>
#include <utility>

#include "core/base/check.hpp"

namespace net {

namespace {

// A client's requests are small and its connections many; who fills the buffer gets a larger one.
constexpr std::size_t kInputBytesMin = 4u << 10;
constexpr std::size_t kInputBytesMax = 256u << 10;
// What an outburst has allocated is given back.
constexpr std::size_t kOutputBytesKept = 256u << 10;

std::string reason(const boost::system::error_code& error) {
  return error == boost::asio::error::eof ? "closed by the other side" : error.message();
}

}  // namespace

std::string to_string(const boost::asio::ip::tcp::endpoint& endpoint) {
  std::ostringstream text;
  text << endpoint;
  return text.str();
}

void set_no_delay(boost::asio::ip::tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
}

Connection::Connection(boost::asio::ip::tcp::socket socket, Turn& turn, std::size_t payload_max)
    : socket_(std::move(socket)), turn_(turn), reader_(payload_max), input_(kInputBytesMin, '\0') {
  boost::system::error_code failed;
  const auto remote = socket_.remote_endpoint(failed);
  remote_ = failed ? "an address that is gone" : to_string(remote);
}

void Connection::start(Handlers handlers) {
  handlers_ = std::move(handlers);
  read();
}

void Connection::read() {
  socket_.async_read_some(boost::asio::buffer(input_),
                          [self = shared_from_this()](const boost::system::error_code& error,
                                                      std::size_t bytes) { self->on_read(error, bytes); });
}

void Connection::on_read(const boost::system::error_code& error, std::size_t bytes) {
  if (!open_) return;
  if (error) return end(Ended::by_them, reason(error));
  if (traffic_) traffic_->bytes_in += bytes;
  reader_.feed(std::string_view(input_).substr(0, bytes));
  hand_over_frames();
  if (!open_) return;
  if (bytes == input_.size() && bytes < kInputBytesMax) input_.assign(bytes * 2, '\0');
  read();
}

void Connection::hand_over_frames() {
  while (open_) {
    auto frame = reader_.next();
    if (!frame) return close(frame.error());
    if (!frame.value()) return;
    if (traffic_) ++traffic_->frames_in;
    handlers_.frame(*frame.value());
  }
}

void Connection::send(std::string_view frame) {
  if (!open_) return;
  if (queued_.empty() && writing_.empty()) turn_.has_output(shared_from_this());
  queued_ += frame;
  if (traffic_) ++traffic_->frames_out;
}

void Connection::flush() {
  if (!open_ || !writing_.empty() || queued_.empty()) return;
  std::swap(queued_, writing_);
  boost::asio::async_write(socket_, boost::asio::buffer(writing_),
                           [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
                             self->on_written(error);
                           });
}

void Connection::on_written(const boost::system::error_code& error) {
  if (traffic_ && !error) traffic_->bytes_out += writing_.size();
  writing_.clear();
  if (writing_.capacity() > kOutputBytesKept) writing_.shrink_to_fit();
  if (!open_) return;
  if (error) return end(Ended::by_them, reason(error));
  flush();
}

void Connection::end(Ended ended, std::string why) {
  if (!open_) return;
  open_ = false;
  traffic_ = nullptr;
  boost::system::error_code ignored;
  socket_.close(ignored);
  queued_.clear();
  boost::asio::post(socket_.get_executor(), [self = shared_from_this(), ended, why = std::move(why)] {
    const auto closed = std::exchange(self->handlers_, {}).closed;
    if (closed) closed(ended, why);
  });
}

void Connection::abandon() {
  handlers_ = {};
  close({});
}

}  // namespace net
