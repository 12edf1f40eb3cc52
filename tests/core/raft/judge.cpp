#include "tests/core/raft/judge.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/overload.hpp"
#include "core/raft/quorum.hpp"

namespace raft_test {

Disk::Disk(const raft::Recovered& found)
    : hard(found.hard_state),
      snapshot(found.snapshot),
      pieces(found.pieces),
      first(found.entries.empty() ? found.snapshot.at.index.next() : found.entries.front().at.index),
      entries(found.entries) {}

void Disk::carry_out(const raft::Write& write) {
  for (const auto& part : write.parts) {
    if (part.number == 0) staged.clear();
    CHECK(part.number == staged.size());
    staged.push_back(part.bytes);
    if (!part.completes) continue;
    CHECK(part.completes->at.index > snapshot.at.index && staged == pieces_of(*part.completes));
    snapshot = *part.completes;
    pieces = std::exchange(staged, {});
  }
  if (write.truncate_from) {
    CHECK(*write.truncate_from >= first);
    if (*write.truncate_from <= last()) entries.resize(write.truncate_from->value - first.value);
  }
  if (write.compact_to && *write.compact_to >= first) {
    CHECK(*write.compact_to <= snapshot.at.index);
    const auto gone = std::min<std::uint64_t>(write.compact_to->value - first.value + 1, entries.size());
    entries.erase(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(gone));
    first = write.compact_to->next();
  }
  for (const auto& entry : write.entries) {
    CHECK(entry.at.index == last().next());
    entries.push_back(entry);
  }
  CHECK(first <= snapshot.at.index.next() && last() >= snapshot.at.index);
  if (write.hard_state) hard = *write.hard_state;
}

bool Disk::holds(const raft::Entry& entry) const {
  if (entry.at.index <= snapshot.at.index) return true;
  return entry.at.index <= last() && entries[entry.at.index.value - first.value] == entry;
}

void Judge::look(const std::map<NodeId, Server>& servers, NodeId stepped) {
  const Server& server = servers.at(stepped);
  raft::check(*server.raft);
  raft::check_delta(server.vitals, raft::vitals(*server.raft));
  look_at_log(server.raft->log());
  look_at_snapshot(server.raft->log().snapshot());
  const auto* logged = committed_configuration(committed());
  if (logged && logged->is_joint() && server.raft->configuration() == raft::settled(*logged))
    joint_ended_ = *logged;
  look_at_commit(servers, server);
  look_at_beliefs(servers, server);
  if (server.raft->is_leader()) look_at_leader(*server.raft);
}

void Judge::look_at_beliefs(const std::map<NodeId, Server>& servers, const Server& server) {
  const auto& log = server.raft->log();
  const auto holds_up_to = [&](const Disk& disk, Index up_to) {
    if (up_to < log.first_index()) return disk.last() >= up_to;
    for (Index i = log.first_index(); i <= up_to; i = i.next()) {
      if (!disk.holds(log.at(i))) return false;
    }
    return true;
  };
  const bool durable_is_on_disk = holds_up_to(server.disk, log.durable_index());
  CHECK(durable_is_on_disk);
  const auto* leader = std::get_if<raft::Leader>(&server.raft->role());
  if (!leader) return;
  // Of one that has left and is met again nothing is known.
  std::erase_if(matches_, [&](const auto& match) {
    return match.first.first == server.raft->term() && !leader->peers.contains(match.first.second);
  });
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
  for (Index i = log.first_index(); i <= log.last_index(); i = i.next()) {
    const auto& entry = log.at(i);
    const auto before = log.term_at(i.previous());
    const Term previous = before ? *before : entries_.at({i, entry.at.term}).previous;
    const auto [truth, fresh] = entries_.try_emplace({i, entry.at.term}, Truth{entry, previous});
    const bool log_matching = truth->second.entry == entry && truth->second.previous == previous;
    CHECK(fresh || log_matching);
  }
}

void Judge::look_at_commit(const std::map<NodeId, Server>& servers, const Server& server) {
  const auto& raft = *server.raft;
  const auto& log = raft.log();
  CHECK(log.snapshot().at.index <= committed());
  for (Index i = log.first_index(); i <= raft.commit(); i = i.next()) {
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

const raft::Configuration* Judge::committed_configuration(Index up_to) const {
  for (Index i = up_to; i; i = i.previous()) {
    if (const auto* found = std::get_if<raft::Configuration>(&committed_[i.value - 1].entry.payload))
      return found;
  }
  return nullptr;
}

// It stands for what was committed, with the configuration of its index (Raft §7).
void Judge::look_at_snapshot(const raft::SnapshotMeta& snapshot) const {
  const Index index = snapshot.at.index;
  if (!index) return;
  CHECK(index <= committed());
  const auto& last = committed_[index.value - 1].entry;
  CHECK(last.at == snapshot.at && last.stamp == snapshot.stamp);
  const auto* configuration = committed_configuration(index);
  CHECK(!configuration || *configuration == snapshot.configuration);
}

// Of the newest configuration that is known to be committed, or the first. Once a leader has appended the end
// of a joint change, it counts by that one alone: whoever is elected under the joint one needs its majority
// too.
void Judge::look_at_disks(const std::map<NodeId, Server>& servers) const {
  if (committed_.empty()) return;
  const auto* logged = committed_configuration(committed());
  auto in_force = logged ? *logged : raft::bootstrap(first_voters_);
  if (joint_ended_ == in_force) in_force = raft::settled(in_force);
  for (const auto& [entry, known_in] : committed_) {
    const bool committed_is_durable_on_a_quorum = raft::is_quorum(in_force, [&, &e = entry](NodeId id) {
      const auto server = servers.find(id);
      return server != servers.end() && server->second.disk.holds(e);
    });
    CHECK(committed_is_durable_on_a_quorum);
  }
}

void Judge::look_at_leader(const raft::Raft& raft) {
  const bool election_safety = leaders_.try_emplace(raft.term(), raft.self()).first->second == raft.self();
  CHECK(election_safety);
  for (const auto& [entry, known_in] : committed_) {
    const bool leader_completeness = known_in >= raft.term() || raft.log().holds(entry.at) ||
                                     entry.at.index <= raft.log().snapshot().at.index;
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
    for (Index i = log.first_index(); i <= up_to; i = i.next()) CHECK(sender.disk.holds(log.at(i)));
    CHECK(sender.disk.last() >= up_to);
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
                            },
                            [&](const raft::InstallSnapshot& m) { term_is_durable(m.term); },
                            [&](const raft::PieceAccepted& m) { term_is_durable(m.term); },
                            [&](const raft::TimeoutNow& m) { term_is_durable(m.term); },
                            [&](const raft::ReadIndex& m) { term_is_durable(m.term); },
                            [&](const raft::ReadIndexAnswer& m) { term_is_durable(m.term); }},
             envelope.message);
}

}  // namespace raft_test
