#include "net/peers.hpp"

#include "core/base/check.hpp"
#include "core/wire/codec.hpp"

namespace net {

Peers::Peers(boost::asio::io_context& io, Turn& turn, const Log& log, base::ClusterId cluster,
             base::NodeId self, const std::vector<Endpoint>& members) {
  for (std::size_t i = 0; i < members.size(); ++i) {
    const host::NodeId peer(i + 1);
    if (peer == self) continue;
    const auto hello = wire::encode(wire::PeerHello{.cluster = cluster, .from = self, .to = peer});
    links_.emplace(peer,
                   std::make_unique<PeerLink>(
                       io, turn, log,
                       PeerLink::Config{.peer = peer,
                                        .endpoint = members[i],
                                        .hello = wire::encode_frame(wire::FrameType::peer_hello, hello)}));
  }
}

void Peers::send(host::NodeId to, std::string frame) {
  const auto link = links_.find(to);
  CHECK(link != links_.end());
  link->second->send(frame);
}

void Peers::heard_from(host::NodeId peer) {
  links_.at(peer)->retry_now();
}

}  // namespace net
