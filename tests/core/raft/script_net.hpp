// The links and disks of a scripted cluster: which hold back what they have, which lose it, what moves in a
// round.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/core/raft/cluster.hpp"
#include "tests/core/raft/script_line.hpp"

namespace raft_test {

using Link = std::pair<NodeId, NodeId>;  // from, to

class ScriptNet {
 public:
  explicit ScriptNet(Cluster& cluster) : cluster_(cluster) {}

  // `1`, `1,3`, or `*` for all.
  std::set<NodeId> servers(const std::string& text) const;
  // `1->2`, `1,2->*`, `1,2<->3`.
  std::set<Link> links(const std::string& text) const;

  // What is on these links, of this kind or "" for all, stays there until it is delivered by name.
  void hold(const std::set<Link>& links, const std::string& kind);
  void release(const std::set<Link>& links);
  // What is on these links, and what will be, is lost.
  void cut(const std::set<Link>& links);
  void heal();
  void hold_disk(NodeId id) { held_disks_.insert(id); }
  void release_disk(NodeId id) { held_disks_.erase(id); }

  // The places in the bag of the messages on these links.
  std::vector<std::size_t> on(const std::set<Link>& links,
                              const std::function<bool(const raft::Message&)>& wanted) const;
  // Every message in flight arrives; then every disk does what it was given. What comes of it stays in
  // flight.
  void round();
  // Rounds until nothing moves.
  void settle();
  // Every message arrives, and those that come of it, while no disk works.
  void deliver_all();
  // Loses what was sent over cut links. After every step.
  void lose();

 private:
  bool work_disks();
  bool moves(const Envelope& envelope) const;

  Cluster& cluster_;
  std::set<std::pair<Link, std::string>> held_;
  std::set<Link> cut_;
  std::set<NodeId> held_disks_;
};

}  // namespace raft_test
