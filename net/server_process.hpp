// One running server: the host, its ports over sockets and the real disk, and the store, on one event loop.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
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
    raft::Tuning tuning;
    node::SnapshotPolicy snapshots;
    ServerLimits limits;
    Peers::GuestLimits guests;
    std::uint64_t seed = 0;  // of the election timeouts
  };
  // Each is called at most once, on the event loop.
  struct Handlers {
    // The disk refused, and nothing is written or answered any more.
    std::function<void(const store::Failure&)> failed;
    // This server is no member any more, and that is committed. It answers on until it is stopped.
    std::function<void()> removed;
  };

  // `recovered` is what the store held.
  ServerProcess(boost::asio::io_context& io, const Log& log, boost::asio::ip::tcp::acceptor acceptor,
                std::unique_ptr<store::Store> store, node::Recovered recovered, Config config,
                Handlers handlers);
  // As by a crash: what the disk has not begun to write is lost.
  ~ServerProcess() override;

  // Makes ready for stop(): nobody new is let in, and a leader hands leadership over, for at most two
  // election timeouts. `ready` is called once, perhaps from within.
  void retire(std::function<void()> ready);
  // A clean stop: what was handed to the disk is finished. Nothing happens in this object after it.
  void stop();

  const host::Host& host() const { return *host_; }

 private:
  void run();
  void durable(raft::WriteId write);
  void follow_retirement();
  void retired(const std::string& how);
  void noted(const node::Note& note) override;
  std::vector<lock::Metric> metrics() const override;

  const Log& log_;
  bool stopped_ = false;
  Handlers handlers_;
  Clock clock_;
  Turn turn_;
  Wakeups wakeups_;
  std::unique_ptr<Peers> peers_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Disk> disk_;
  std::unique_ptr<host::Host> host_;

  base::Duration patience_;      // for a hand-over
  std::function<void()> ready_;  // while retiring
  boost::asio::steady_timer retirement_;
  Lifeline lifeline_;
};

}  // namespace net
