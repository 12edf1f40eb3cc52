// What one server may say and do, given the messages that have reached it: the rules by which Raft is safe,
// each judged where it is broken rather than where that does harm. Told apart from the core's own words for
// them.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/raft/raft.hpp"
#include "sim/check/raft_invariants.hpp"

namespace check {

class RaftRules {
 public:
  // With `leases_hold` clocks keep the bound that leases rest on (Ongaro §6.4.1).
  explicit RaftRules(bool leases_hold = true) : leases_hold_(leases_hold) {}

  // A message has reached a server and goes into its next step. `before` is the server as its last step left
  // it, `now` what its own clock shows, `committed` the highest index that anyone calls committed.
  void received(const raft::Raft& before, base::NodeId from, const raft::Message& message, raft::Instant now,
                raft::Index committed);
  // A message has left a server in the step that observe() is told of next.
  void sent(base::NodeId from, base::NodeId to, const raft::Message& message);
  // After every step of a server.
  std::optional<Violation> observe(const raft::Raft& raft);
  // Instead of observe(): a new run of a server. What it has promised by answering a leader still binds it.
  void started(const raft::Raft& raft);
  // Another cluster was made of what was left of this one: nothing that was said before binds it.
  void refounded();

 private:
  using Peer = std::pair<raft::Term, base::NodeId>;
  // A request that compares logs: the entry it builds on and those it brings.
  struct Request {
    raft::Term term;
    raft::Index commit;
    std::vector<raft::Position> positions;
  };
  // Somebody has asked for a vote.
  struct Asked {
    raft::Position last;
    bool up_to_date = false;         // its log, as far as was seen
    bool looked = false;             // at the log after the step
    bool leader_was_silent = false;  // or wanted the election
  };
  // One run of a server, as last seen and as others have spoken to it.
  struct Run {
    raft::Term term;
    raft::Index commit;
    bool leads = false;
    std::map<base::NodeId, raft::Index> match;
    std::vector<raft::PendingRead> reads;
    std::uint64_t reads_by_round = 0;
    std::uint64_t reads_by_lease = 0;

    std::vector<Request> requests;               // of this step
    std::map<raft::Term, raft::Index> compared;  // with that term's leader
    std::map<raft::Term, raft::Index> told;      // to be committed
    std::map<Peer, raft::Index> acknowledged;    // durable there
    std::map<Peer, raft::Round> rounds;          // answered
    std::set<std::tuple<raft::Term, base::NodeId, raft::Index>> refusable;
    std::map<Peer, std::vector<Asked>> asked;
    std::map<std::pair<base::NodeId, raft::ReadId>, raft::Index> questions;  // what was committed then
    std::optional<raft::Instant> leader_spoke;
    std::vector<std::pair<base::NodeId, raft::Message>> answers;  // of this step
  };

  Run remembered(const raft::Raft& raft) const;
  void take_request(const raft::Raft& before, base::NodeId from, const raft::Append& m, Run& run);
  void take_vote_request(const raft::Raft& before, base::NodeId from, const raft::RequestVote& m,
                         raft::Instant now, Run& run) const;

  void look(const raft::Raft& raft, Run& run);
  void compare(const raft::Raft& raft, Run& run) const;
  void look_at_answer(const raft::Raft& raft, base::NodeId to, const raft::Message& message, Run& run);
  void look_at_acceptance(const raft::Raft& raft, raft::Term term, raft::Index match, const Run& run) const;
  void look_at_vote(const raft::Raft& raft, base::NodeId to, raft::Term term, const Run& run) const;
  void look_at_commit(const raft::Raft& raft, const Run& run) const;
  void look_at_peers(const raft::Raft& raft, const Run& run) const;
  void look_at_reads(const raft::Raft& raft, const Run& run) const;
  void look_at_lease(const raft::Raft& raft, const Run& run) const;
  void look_at_role(const raft::Raft& raft) const;

  bool leases_hold_;
  std::map<base::NodeId, Run> runs_;
  std::map<base::NodeId, raft::Instant> promised_;  // since when, by a server's clock, it elects nobody
  raft::Term newest_leader_;
};

}  // namespace check
