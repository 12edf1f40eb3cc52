// What must hold across servers (Raft figure 3), and of every message that leaves one. Throws
// base::CheckFailed.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "tests/core/raft/server.hpp"

namespace raft_test {

class Judge {
 public:
  void begin(std::uint64_t first_voters) { first_voters_ = first_voters; }
  // After every step of that server.
  void look(const std::map<NodeId, Server>& servers, NodeId stepped);
  // What a message vouches for is on its sender's disk, and no write under way takes it away.
  void sent(const Server& sender, const Envelope& envelope);
  // The least index at which a read that starts now may be answered.
  Index committed() const { return Index(committed_.size()); }
  // A quorum of disks holds everything that was ever committed.
  void look_at_disks(const std::map<NodeId, Server>& servers) const;

 private:
  struct Committed {
    raft::Entry entry;
    Term known_in;  // of the server seen first with this commit: at least the term it was committed in
  };
  struct Truth {
    raft::Entry entry;
    Term previous;
  };

  void look_at_log(const raft::Log& log);
  void look_at_commit(const std::map<NodeId, Server>& servers, const Server& server);
  // What a server believes of disks, its own and others', is so.
  void look_at_beliefs(const std::map<NodeId, Server>& servers, const Server& server);
  void look_at_leader(const raft::Raft& raft);
  void look_at_snapshot(const raft::SnapshotMeta& snapshot) const;
  // The newest that is known to be committed, by the index it stands at; nothing: none is.
  const raft::Configuration* committed_configuration(Index up_to) const;
  void promise_vote(NodeId voter, Term term, NodeId candidate);

  // How many servers there were at first.
  std::uint64_t first_voters_ = 0;
  // A joint configuration whose end a leader has appended.
  std::optional<raft::Configuration> joint_ended_;
  std::map<Term, NodeId> leaders_;
  std::map<std::pair<Index, Term>, Truth> entries_;
  std::vector<Committed> committed_;
  std::map<std::pair<NodeId, Term>, NodeId> votes_;
  std::map<std::pair<Term, NodeId>, Index> matches_;  // the leader's of that term, of a peer
};

}  // namespace raft_test
