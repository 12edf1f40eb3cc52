// The one place where a node's effects become calls on ports, and bytes become its inputs. lockd and every
// simulated server run this code.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/host/ports.hpp"
#include "core/wire/frame.hpp"

namespace host {

class Host {
 public:
  Host(node::Config config, node::Recovered recovered, Ports ports);
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // Frames arrive whole and with their checksum verified; what they contain may still be wrong. A peer's
  // frame that can't be decoded is an error for the caller to log and to close that connection with.
  base::Status peer_frame(NodeId from, const wire::Frame& frame);
  void client_frame(ConnectionId from, const wire::Frame& frame);
  void client_gone(ConnectionId connection);

  // The wish that was made of Wakeups has come true.
  void run();

  void durable(raft::WriteId write);

  // As a leader: to whoever is furthest. Nobody is answered; see raft().transfer_target() after the next run.
  void hand_over();

  const node::Node& node() const { return node_; }

 private:
  void queue(node::Input input);
  void carry_out(node::Effects effects);

  Ports ports_;
  node::Node node_;
  std::vector<node::Input> inputs_;
  Instant wake_at_;

  struct Asked {
    ConnectionId connection;
    std::uint64_t call;
  };
  node::Ticket last_ticket_;
  std::map<node::Ticket, Asked> asked_;
  std::map<ConnectionId, std::map<std::uint64_t, node::Ticket>> connections_;
};

}  // namespace host
