// Nodes in one place: messages arrive and disks work when the test says so.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <vector>

#include "core/node/node.hpp"

namespace node_test {

using namespace std::chrono_literals;
using node::Node;
using node::Ticket;

struct Server {
  Node node;
  base::Instant now;
  base::Instant wake_at;
  std::vector<node::Input> inputs;  // for its next step
  std::vector<node::Response> responses;
  std::vector<node::Note> notes;
  std::size_t writes = 0;
  std::size_t sends = 0;
  std::string staged;                            // pieces of a snapshot, so far
  std::map<raft::Index, std::string> snapshots;  // whole ones, as they went to its disk
};

class Servers {
 public:
  explicit Servers(std::uint64_t count, node::SnapshotPolicy snapshots = {});

  Server& at(std::uint64_t id) { return servers_.at(base::NodeId(id)); }
  // Put to the server's next step; answers the ticket.
  Ticket submit(std::uint64_t id, lock::Request request,
                lock::Consistency consistency = lock::Consistency::linearizable);
  void abandon(std::uint64_t id, Ticket ticket) { at(id).inputs.push_back(node::Abandoned{ticket}); }
  // One step of one server with all that waits for it.
  void step(std::uint64_t id);
  // Until nobody has anything left to do now.
  void settle();
  // Clocks run evenly for so long; everybody is woken when it wants to be.
  void run(base::Duration time);
  void elect(std::uint64_t id);
  void isolate(std::uint64_t id) { isolated_.insert(base::NodeId(id)); }
  void heal() { isolated_.clear(); }

  // What this ticket was answered, in order.
  std::vector<lock::Reply> replies(std::uint64_t id, Ticket ticket);
  // The one answer to a request that is answered at once.
  lock::Reply ask(std::uint64_t id, lock::Request request,
                  lock::Consistency consistency = lock::Consistency::linearizable);
  lock::SessionId open(std::uint64_t id, lock::Millis ttl = lock::Millis(10'000));

 private:
  void add(std::uint64_t id, node::Recovered found);

  node::SnapshotPolicy snapshots_;
  std::map<base::NodeId, Server> servers_;
  std::set<base::NodeId> isolated_;
  Ticket last_ticket_;
};

lock::Request acquire(lock::SessionId session, std::uint64_t sequence, std::string name);
lock::Request release(lock::SessionId session, std::uint64_t sequence, std::string name, lock::Token token);
lock::Request set_status(lock::SessionId session, std::uint64_t sequence, std::string name,
                         std::string state);

}  // namespace node_test
