// One running server: the host, its ports over sockets and the real disk, and the store, on one event loop.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "core/host/host.hpp"
#include "core/store/store.hpp"
#include "net/clock.hpp"
#include "net/disk.hpp"
#include "net/log.hpp"
#include "net/peers.hpp"
#include "net/server.hpp"
#include "net/turn.hpp"
#include "net/wakeups.hpp"

namespace net {

class ServerProcess final : private host::Observer {
 public:
  struct Config {
    std::vector<Endpoint> members;  // as in the store's identity
    raft::Tuning tuning;
    ServerLimits limits;
    std::uint64_t seed = 0;  // of the election timeouts
  };

  // `failed` is called at most once, on the event loop: the disk refused, and nothing is written or answered
  // any more.
  ServerProcess(boost::asio::io_context& io, const Log& log, boost::asio::ip::tcp::acceptor acceptor,
                std::unique_ptr<store::Store> store, Config config,
                std::function<void(const store::Failure&)> failed);
  // As by a crash: what the disk has not begun to write is lost.
  ~ServerProcess() override;

  // A clean stop: what was handed to the disk is finished. Nothing happens in this object after it.
  void stop();

  const host::Host& host() const { return *host_; }

 private:
  void run();
  void durable(raft::WriteId write);
  void noted(const node::Note& note) override;

  const Log& log_;
  bool stopped_ = false;
  Clock clock_;
  Turn turn_;
  Wakeups wakeups_;
  std::unique_ptr<Peers> peers_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Disk> disk_;
  std::unique_ptr<host::Host> host_;
};

}  // namespace net
