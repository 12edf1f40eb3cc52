#include "tests/core/raft/judge.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/overload.hpp"

namespace raft_test {

void Disk::carry_out(const raft::Write& write) {
  if (write.hard_state) hard = *write.hard_state;
  if (write.truncate_from) {
    CHECK(write.truncate_from->value <= entries.size());
    entries.resize(write.truncate_from->value - 1);
  }
  for (const auto& entry : write.entries) {
    CHECK(entry.at.index.value == entries.size() + 1);
    entries.push_back(entry);
  }
}

bool Disk::holds(const raft::Entry& entry) const {
  return entry.at.index.value <= entries.size() && entries[entry.at.index.value - 1] == entry;
}

void Judge::look(const std::map<NodeId, Server>& servers, NodeId stepped) {
  const Server& server = servers.at(stepped);
  raft::check(*server.raft);
  raft::check_delta(server.vitals, raft::vitals(*server.raft));
  look_at_log(server.raft->log());
  look_at_commit(servers, server);
  look_at_beliefs(servers, server);
  if (server.raft->is_leader()) look_at_leader(*server.raft);
}

void Judge::look_at_beliefs(const std::map<NodeId, Server>& servers, const Server& server) {
  const auto& log = server.raft->log();
  const auto holds_up_to = [&](const Disk& disk, Index up_to) {
    for (Index i(1); i <= up_to; i = i.next()) {
      if (!disk.holds(log.at(i))) return false;
    }
    return true;
  };
  const bool durable_is_on_disk = holds_up_to(server.disk, log.durable_index());
  CHECK(durable_is_on_disk);
  const auto* leader = std::get_if<raft::Leader>(&server.raft->role());
  if (!leader) return;
  for (const auto& [peer, progress] : leader->peers) {
    auto& match = matches_[{server.raft->term(), peer}];
    const bool match_never_falls = progress.match >= match;
    CHECK(match_never_falls);
    match = progress.match;
    // A later term's leader may have taken it away again.
    const auto& disk = servers.at(peer).disk;
    const bool match_is_on_the_peers_disk =
        disk.hard.term > server.raft->term() || holds_up_to(disk, progress.match);
    CHECK(match_is_on_the_peers_disk);
  }
}

// Log matching: an index and a term stand for one entry and one predecessor (Raft §5.3).
void Judge::look_at_log(const raft::Log& log) {
  Term previous;
  for (Index i(1); i <= log.last_index(); i = i.next()) {
    const auto& entry = log.at(i);
    const auto [truth, fresh] = entries_.try_emplace({i, entry.at.term}, Truth{entry, previous});
    const bool log_matching = truth->second.entry == entry && truth->second.previous == previous;
    CHECK(fresh || log_matching);
    previous = entry.at.term;
  }
}

void Judge::look_at_commit(const std::map<NodeId, Server>& servers, const Server& server) {
  const auto& raft = *server.raft;
  for (Index i(1); i <= raft.commit(); i = i.next()) {
    if (i > committed()) {
      committed_.push_back({raft.log().at(i), raft.term()});
      continue;
    }
    const bool state_machine_safety = committed_[i.value - 1].entry == raft.log().at(i);
    CHECK(state_machine_safety);
    // Seen again from a lower term: it was committed in that one or before.
    auto& known_in = committed_[i.value - 1].known_in;
    known_in = std::min(known_in, raft.term());
  }
  look_at_disks(servers);
}

void Judge::look_at_disks(const std::map<NodeId, Server>& servers) const {
  for (const auto& [entry, known_in] : committed_) {
    const auto holds = std::count_if(servers.begin(), servers.end(),
                                     [&e = entry](const auto& each) { return each.second.disk.holds(e); });
    const bool committed_is_durable_on_a_quorum = 2 * static_cast<std::size_t>(holds) > servers.size();
    CHECK(committed_is_durable_on_a_quorum);
  }
}

void Judge::look_at_leader(const raft::Raft& raft) {
  const bool election_safety = leaders_.try_emplace(raft.term(), raft.self()).first->second == raft.self();
  CHECK(election_safety);
  for (const auto& [entry, known_in] : committed_) {
    const bool leader_completeness = known_in >= raft.term() || raft.log().holds(entry.at);
    CHECK(leader_completeness);
  }
}

void Judge::promise_vote(NodeId voter, Term term, NodeId candidate) {
  const bool one_vote_a_term = votes_.try_emplace({voter, term}, candidate).first->second == candidate;
  CHECK(one_vote_a_term);
}

void Judge::sent(const Server& sender, const Envelope& envelope) {
  const auto& hard = sender.disk.hard;
  const auto& log = sender.raft->log();
  const auto term_is_durable = [&](Term term) { CHECK(hard.term >= term); };
  const auto vote_is_durable = [&](Term term, NodeId candidate) {
    CHECK(hard.term == term && hard.vote == candidate);
    promise_vote(sender.config.self, term, candidate);
  };
  const auto entries_are_durable = [&](Index up_to) {
    for (Index i(1); i <= up_to; i = i.next()) CHECK(sender.disk.holds(log.at(i)));
    for (const auto& write : sender.pending) CHECK(!write.truncate_from || *write.truncate_from > up_to);
  };
  std::visit(base::Overload{[](const raft::PreVote&) {}, [](const raft::PreVoteGranted&) {},
                            [&](const raft::PreVoteRefused& m) { term_is_durable(m.term); },
                            [&](const raft::RequestVote& m) { vote_is_durable(m.term, sender.config.self); },
                            [&](const raft::VoteGranted& m) { vote_is_durable(m.term, envelope.to); },
                            [&](const raft::VoteRefused& m) { term_is_durable(m.term); },
                            [&](const raft::Append& m) { term_is_durable(m.term); },
                            [&](const raft::AppendAccepted& m) {
                              term_is_durable(m.term);
                              entries_are_durable(m.match);
                            },
                            [&](const raft::AppendRejected& m) { term_is_durable(m.term); },
                            [&](const raft::Heartbeat& m) { term_is_durable(m.term); },
                            [&](const raft::HeartbeatReply& m) {
                              term_is_durable(m.term);
                              entries_are_durable(m.durable);
                            }},
             envelope.message);
}

}  // namespace raft_test
