// TCP on this machine's loopback address, without blocking.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "cli/raftsim/real/poller.hpp"

namespace real {

// One end of a connection. A handler may destroy the stream.
class Stream : Poller::Handler {
 public:
  struct Handlers {
    std::function<void(std::string bytes)> data;
    // The other end has closed, or can't be reached. At most once; nothing follows.
    std::function<void()> closed;
  };
  // Of an accepted socket, which it owns.
  Stream(Poller& poller, int fd, Handlers handlers);
  ~Stream() override;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Whatever a connection that is not there yet, or is slow, can't take waits.
  void write(std::string_view bytes);

 private:
  void readable() override;
  void writable() override;
  void close();

  Poller& poller_;
  int fd_;
  Handlers handlers_;
  std::string unsent_;
};

// A socket that connects to this port; -1: there is none to be had.
int dial(std::uint16_t port);

// Accepts connections on a port that the system chooses.
class Listener : Poller::Handler {
 public:
  // `accepted` owns the socket. An exception where no port can be had.
  Listener(Poller& poller, std::function<void(int fd)> accepted);
  ~Listener() override;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::uint16_t port() const { return port_; }

 private:
  void readable() override;

  Poller& poller_;
  std::function<void(int)> accepted_;
  int fd_;
  std::uint16_t port_ = 0;
};

// Ports that nobody listens on, below those that the system gives to callers. An exception where there are
// none.
std::uint16_t free_port();

}  // namespace real
