#include "net/peers.hpp"

#include <algorithm>
#include <utility>

#include "core/wire/codec.hpp"
#include "net/clock.hpp"
#include "net/metric_rows.hpp"

namespace net {

Peers::Peers(boost::asio::io_context& io, Turn& turn, const Log& log, Self self, GuestLimits limits)
    : io_(io), turn_(turn), log_(log), self_(std::move(self)), limits_(limits), sweeper_(io) {}

void Peers::send(host::NodeId to, std::string frame) {
  const auto way = ways_.find(to);
  if (way == ways_.end() || !way->second.link) return;
  if (!way->second.member) way->second.used = now();
  way->second.link->send(frame);
}

void Peers::members(const raft::Configuration& configuration) {
  last_id_ = configuration.last_id;
  for (auto& [id, way] : ways_) {
    const bool stays = configuration.find(id) != nullptr;
    if (way.member && !stays) way.used = now();
    way.member = stays;
  }
  for (const auto& member : configuration.members) {
    if (member.id == self_.id) continue;
    auto& way = ways_[member.id];
    way.member = true;
    if (!way.link || way.address != member.address) lead_to(member.id, way, member.address);
  }
  sweep_later();
}

// An address comes from an operator by way of the log, or from a caller: it may be anything.
void Peers::lead_to(host::NodeId peer, Way& way, const std::string& address) {
  way.link.reset();
  way.address = address;
  auto endpoint = parse_endpoint(address);
  if (!endpoint) return log_.error("server " + std::to_string(peer.value) + ": " + endpoint.error());
  const auto hello = wire::encode(
      wire::PeerHello{.cluster = self_.cluster, .from = self_.id, .to = peer, .address = self_.address});
  way.link = std::make_unique<PeerLink>(
      io_, turn_, log_,
      PeerLink::Config{.peer = peer,
                       .endpoint = std::move(endpoint).value(),
                       .hello = wire::encode_frame(wire::FrameType::peer_hello, hello)},
      counters_);
}

std::size_t Peers::guests() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(ways_, [](const auto& entry) { return !entry.second.member; }));
}

base::Status Peers::called(host::NodeId peer, const std::string& address) {
  auto known = ways_.find(peer);
  if (known == ways_.end()) {
    if (guests() >= limits_.guests_max) return base::Error{"too many servers call that are no members"};
    if (auto endpoint = parse_endpoint(address); !endpoint) return endpoint.failure();
    known = ways_.try_emplace(peer).first;
  }
  auto& way = known->second;
  const bool again = std::exchange(way.calls, true);
  if (way.member) {
    if (way.link) way.link->retry_now();
    return base::Done{};
  }
  way.used = now();
  // It was down when that happened, and doesn't know.
  if (!again && peer <= last_id_) {
    log_.event("server " + std::to_string(peer.value) + " at " + address +
               " calls, which was removed from the cluster: stop it, its folder is of no use");
  }
  if (!way.link || way.address != address) lead_to(peer, way, address);
  sweep_later();
  return base::Done{};
}

void Peers::gone(host::NodeId peer) {
  const auto way = ways_.find(peer);
  if (way != ways_.end()) way->second.calls = false;
}

void Peers::sweep_later() {
  if (sweeping_ || guests() == 0) return;
  sweeping_ = true;
  sweeper_.expires_after(limits_.kept / 2);
  sweeper_.async_wait(lifeline_.guard([this](const boost::system::error_code&) {
    sweeping_ = false;
    sweep();
    sweep_later();
  }));
}

void Peers::sweep() {
  const auto forgotten = now() - limits_.kept;
  std::erase_if(ways_, [&](const auto& entry) {
    const auto& [id, way] = entry;
    if (way.member || way.calls || way.used > forgotten) return false;
    log_.detail("server " + std::to_string(id.value) + " is no member: no longer connected to it");
    return true;
  });
}

std::vector<lock::Metric> Peers::metrics() const {
  std::uint64_t unsent = 0, connected = 0;
  for (const auto& [id, way] : ways_) {
    if (!way.link) continue;
    unsent += way.link->unsent();
    connected += way.link->is_connected() ? 1 : 0;
  }
  return {
      gauge("lockd_peer_links_connected", "Connections to other servers", connected),
      gauge("lockd_peer_guests", "Servers that call and are no members", guests()),
      gauge("lockd_peer_unsent_bytes", "Waiting to be taken by peers' sockets", unsent),
      counter("lockd_peer_connects_total", "Connections made to other servers", counters_.connects),
      counter("lockd_peer_connects_failed_total", "Attempts that failed, and connections that were lost",
              counters_.failures),
      counter("lockd_peer_frames_unsendable_total", "Messages for a peer that was not connected",
              counters_.unsendable),
      counter("lockd_peer_frames_dropped_total", "Messages for a peer that was too slow", counters_.dropped),
      counter("lockd_peer_sent_frames_total", "Messages to other servers", counters_.traffic.frames_out),
      counter("lockd_peer_sent_bytes_total", "To other servers", counters_.traffic.bytes_out),
  };
}

}  // namespace net
