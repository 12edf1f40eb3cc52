// The way to the other servers. Messages are one-way: every server dials every other member of its cluster,
// and whoever calls without being one as far as is known here: a server may learn of a change later than
// others (Raft §6).
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/host/ports.hpp"
#include "net/peer_link.hpp"

namespace net {

class Peers final : public host::Peers {
 public:
  struct Self {
    base::ClusterId cluster;
    base::NodeId id;
    std::string address;  // where the others answer it, as far as they don't know better
  };
  // Of servers that are no members. One is forgotten when it no longer calls and nothing was sent to it for
  // so long.
  struct GuestLimits {
    std::size_t guests_max = 16;
    base::Duration kept = std::chrono::seconds(5);
  };

  Peers(boost::asio::io_context& io, Turn& turn, const Log& log, Self self, GuestLimits limits);

  void send(host::NodeId to, std::string frame) override;
  void members(const raft::Configuration& configuration) override;

  // Another server has just said hello, and says where it is reached. An error: it isn't to be listened to.
  base::Status called(host::NodeId peer, const std::string& address);
  // The connection that it made has ended.
  void gone(host::NodeId peer);

  std::vector<lock::Metric> metrics() const;

 private:
  struct Way {
    std::string address;
    bool member = false;
    bool calls = false;  // its connection to this server is open
    base::Instant used;  // of a guest: when something was last sent to it
    std::unique_ptr<PeerLink> link;
  };

  void lead_to(host::NodeId peer, Way& way, const std::string& address);
  std::size_t guests() const;
  void sweep_later();
  void sweep();

  boost::asio::io_context& io_;
  Turn& turn_;
  const Log& log_;
  Self self_;
  GuestLimits limits_;
  PeerLink::Counters counters_;
  std::map<host::NodeId, Way> ways_;
  base::NodeId last_id_;  // the highest that was ever given out, as far as is known
  boost::asio::steady_timer sweeper_;
  bool sweeping_ = false;
  Lifeline lifeline_;
};

}  // namespace net
