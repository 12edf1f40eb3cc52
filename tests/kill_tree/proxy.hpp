// A TCP proxy that can stop forwarding in either direction, as a network does: connections stay, bytes are
// lost.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>

namespace kill_tree {

struct Cut {
  bool requests = false;  // from whoever connects
  bool replies = false;
};

class Proxy {
 public:
  // To HOST:PORT, both numeric.
  Proxy(boost::asio::io_context& io, const std::string& to);
  ~Proxy();

  std::string endpoint() const;
  void cut(Cut cut) { *cut_ = cut; }

 private:
  void accept();

  boost::asio::io_context& io_;
  boost::asio::ip::tcp::endpoint to_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::shared_ptr<Cut> cut_ = std::make_shared<Cut>();
};

}  // namespace kill_tree
