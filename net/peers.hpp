// The way to the other servers of the cluster. Messages are one-way: every server dials every other.
#pragma once

#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <string>

#include "core/host/ports.hpp"
#include "core/store/store.hpp"
#include "net/peer_link.hpp"

namespace net {

class Peers final : public host::Peers {
 public:
  // `members` in the order of node ids from 1.
  Peers(boost::asio::io_context& io, Turn& turn, const Log& log, base::ClusterId cluster, base::NodeId self,
        const std::vector<Endpoint>& members);

  void send(host::NodeId to, std::string frame) override;
  // A member other than this one has just said hello.
  void heard_from(host::NodeId peer);
  bool has(host::NodeId peer) const { return links_.contains(peer); }

 private:
  std::map<host::NodeId, std::unique_ptr<PeerLink>> links_;
};

}  // namespace net
