// One turn of the event loop: everything that it gave a connection to send leaves in one write at its end.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <vector>

#include "net/lifeline.hpp"

namespace net {

class Connection;

class Turn {
 public:
  explicit Turn(boost::asio::io_context& io) : io_(io) {}

  // The connection has output that nobody is writing. Flushed by end(), or, outside begin() and end(), soon.
  void has_output(std::shared_ptr<Connection> connection);

  void begin() { under_way_ = true; }
  void end();

 private:
  void flush();

  boost::asio::io_context& io_;
  std::vector<std::shared_ptr<Connection>> waiting_;
  std::vector<std::shared_ptr<Connection>> flushing_;
  bool under_way_ = false;
  Lifeline lifeline_;
};

}  // namespace net
