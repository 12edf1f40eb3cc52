// A connection that carries frames both ways. Reads are cut into frames as they come; everything queued while
// a write is under way leaves in the next one.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/wire/frame.hpp"
#include "net/traffic.hpp"
#include "net/turn.hpp"

namespace net {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // Who ended it: this side, for a reason, or the other side or the network.
  enum class Ended { by_us, by_them };

  struct Handlers {
    std::function<void(const wire::Frame&)> frame;
    // Exactly once, unless abandoned; never from within a call of this object. `why` is for the log.
    std::function<void(Ended, const std::string& why)> closed;
  };

  Connection(boost::asio::ip::tcp::socket socket, Turn& turn, std::size_t payload_max);

  void start(Handlers handlers);
  // From the next frame on.
  void limit_payload(std::size_t payload_max) { reader_.limit_payload(payload_max); }
  // From now until its end, which `traffic` outlives.
  void count_in(Traffic& traffic) { traffic_ = &traffic; }

  // After the end of the connection: dropped.
  void send(std::string_view frame);
  // Starts writing what was sent, unless a write is under way.
  void flush();
  // Bytes that the kernel has not taken yet.
  std::size_t unsent() const { return queued_.size() + writing_.size(); }

  // No frame is handed over after this, and what was not sent is dropped.
  void close(std::string why) { end(Ended::by_us, std::move(why)); }
  // Closes without calling back: the owner goes.
  void abandon();
  bool is_open() const { return open_; }

  // The other end's address, also after the connection has ended.
  const std::string& remote() const { return remote_; }

 private:
  void read();
  void on_read(const boost::system::error_code& error, std::size_t bytes);
  void hand_over_frames();
  void on_written(const boost::system::error_code& error);
  void end(Ended ended, std::string why);

  boost::asio::ip::tcp::socket socket_;
  Turn& turn_;
  std::string remote_;
  wire::FrameReader reader_;
  std::string input_;
  std::string queued_;
  std::string writing_;
  Handlers handlers_;
  Traffic* traffic_ = nullptr;
  bool open_ = true;
};

// For messages that must not wait for company; the batching is ours.
void set_no_delay(boost::asio::ip::tcp::socket& socket);

std::string to_string(const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace net
