#include "sim/check/raft_invariants.hpp"

#include <algorithm>
#include <utility>

#include "sim/check/broken.hpp"
#include "sim/check/configurations.hpp"

namespace check {

std::optional<Violation> RaftInvariants::observe(base::NodeId id, const raft::Raft& raft) {
  return judge(id, [&] { look(id, raft); });
}

std::optional<Violation> RaftInvariants::observe(base::NodeId id, const node::Node& node) {
  return judge(id, [&] {
    look(id, node.raft());
    look_at_machine(id, node);
  });
}

std::optional<Violation> RaftInvariants::restarted(base::NodeId id, const raft::Raft& raft) {
  return judge(id, [&] {
    look_at_disk(id, raft);
    seen_.erase(id);
    look(id, raft);
  });
}

std::optional<Violation> RaftInvariants::restarted(base::NodeId id, const node::Node& node) {
  return judge(id, [&] {
    look_at_disk(id, node.raft());
    seen_.erase(id);
    look(id, node.raft());
    look_at_machine(id, node);
  });
}

std::optional<Violation> RaftInvariants::applied(base::NodeId id, raft::Index applied, std::uint64_t digest) {
  return judge(id, [&] { look_at_digest(id, applied, digest); });
}

std::optional<Violation> RaftInvariants::sent(base::NodeId from, base::NodeId to,
                                              const raft::Message& message) {
  listens_ = true;
  return judge(from, [&] {
    // A pre-vote names terms that nobody has entered.
    if (std::holds_alternative<raft::PreVote>(message) ||
        std::holds_alternative<raft::PreVoteGranted>(message))
      return;
    const auto term = raft::term_of(message);
    auto& promised = promised_terms_[from];
    promised = std::max(promised, term);
    if (std::holds_alternative<raft::VoteGranted>(message)) promise_vote(from, term, to);
    if (std::holds_alternative<raft::RequestVote>(message)) promise_vote(from, term, from);
  });
}

void RaftInvariants::look(base::NodeId id, const raft::Raft& raft) {
  raft::check(raft);
  Seen& seen = seen_[id];
  look_at_vitals(id, raft, seen);
  look_at_votes(id, raft);
  seen.commits_by = seen.configurations.empty() ? nullptr : seen.configurations.back().second;
  const auto snapshot_before = seen.snapshot;
  look_at_log(id, raft, seen);
  if (!seen.commits_by) seen.commits_by = seen.configurations.back().second;
  const raft::Vitals now = raft::vitals(raft);
  const raft::Vitals before = std::exchange(seen.vitals, now);
  if (before.term) raft::check_delta(before, now);
  look_at_leadership(id, raft, seen);
  look_at_commit(id, raft, seen);
  if (seen.snapshot != snapshot_before) look_at_meta(id, raft.log().snapshot());
  look_at_changes(id, raft, seen);
}

// Told apart from check_delta's own words, and before anything is derived from them.
void RaftInvariants::look_at_vitals(base::NodeId id, const raft::Raft& raft, const Seen& seen) const {
  const raft::Vitals& before = seen.vitals;
  if (raft.term() < before.term) {
    broken("term_falls", server(id) + " went from " + in(before.term) + " back to " + in(raft.term()));
  }
  if (raft.term() == before.term && before.vote && raft.vote() != before.vote) {
    broken("one_vote", server(id) + " changed its vote in " + in(before.term) + " from " +
                           server(*before.vote) + (raft.vote() ? " to " + server(*raft.vote()) : " to none"));
  }
  if (raft.commit() < before.commit) {
    broken("commit_falls",
           server(id) + " went from commit " + at(before.commit) + " back to " + at(raft.commit()));
  }
  if (raft.commit() > raft.log().last_index()) {
    broken("commit_beyond_log", server(id) + " says that " + at(raft.commit()) +
                                    " is committed, and its log ends at " + at(raft.log().last_index()));
  }
}

// Votes that a candidate has counted were promises already.
void RaftInvariants::look_at_votes(base::NodeId id, const raft::Raft& raft) {
  const auto* candidate = std::get_if<raft::Candidate>(&raft.role());
  if (!candidate) return;
  for (const auto voter : candidate->granted) promise_vote(voter, raft.term(), id);
}

void RaftInvariants::promise_vote(base::NodeId voter, raft::Term term, base::NodeId candidate) {
  const auto [known, fresh] = votes_.try_emplace({voter, term}, candidate);
  if (!fresh && known->second != candidate) {
    broken("one_vote", server(voter) + " voted in " + in(term) + " for " + server(known->second) +
                           " and for " + server(candidate) + " (Raft §5.2)");
  }
}

void RaftInvariants::look_at_leadership(base::NodeId id, const raft::Raft& raft, Seen& seen) {
  if (!raft.is_leader()) return look_at_following(id, raft);
  const auto [leader, fresh] = leaders_.try_emplace(raft.term(), id);
  if (leader->second != id) {
    broken("election_safety",
           server(leader->second) + " and " + server(id) + " both lead " + in(raft.term()) + " (Raft §5.2)");
  }
  if (fresh) look_at_election(id, raft.term(), seen);
  if (fresh) look_at_completeness(id, raft.term(), seen);
  look_at_check_quorum(id, raft, seen);
}

// One that takes another for its leader is deaf to the real one.
void RaftInvariants::look_at_following(base::NodeId id, const raft::Raft& raft) const {
  const auto followed = raft.leader();
  const auto leader = leaders_.find(raft.term());
  if (!followed || leader == leaders_.end() || leader->second == *followed) return;
  broken("follows_another", server(id) + " follows " + server(*followed) + " in " + in(raft.term()) +
                                ", which " + server(leader->second) + " leads (Raft §5.2)");
}

// By the votes that left their servers, whatever the candidate has counted.
void RaftInvariants::look_at_election(base::NodeId id, raft::Term term, const Seen& seen) const {
  if (!listens_) return;
  const auto& configuration = *seen.commits_by;
  // Nobody hears of the vote that the only voter gives itself.
  if (has_quorum(configuration, [&](base::NodeId voter) { return voter == id; })) return;
  const bool elected = has_quorum(configuration, [&](base::NodeId voter) {
    const auto vote = votes_.find({voter, term});
    return vote != votes_.end() && vote->second == id;
  });
  if (elected) return;
  broken("elected_without_quorum", server(id) + " leads " + in(term) + " without the votes of a quorum of [" +
                                       describe(configuration) + "] (Raft §5.2, §6)");
}

// Binds leaders of later terms only: a candidate of an old term may win it late, and can do nothing with it.
void RaftInvariants::look_at_completeness(base::NodeId id, raft::Term term, const Seen& seen) const {
  for (std::size_t i = 0; i < committed_.size(); ++i) {
    if (committed_[i].known_in >= term) continue;
    const raft::Index index(i + 1);
    if (term_in(seen.terms, index) == committed_[i].term) continue;
    broken("leader_completeness", server(id) + " leads " + in(term) + " without the committed entry at " +
                                      place({index, committed_[i].term}) + " (Raft §5.4)");
  }
}

// A leader that a quorum of its voters has not answered for a time-out does not begin another round (Ongaro
// §6.2).
void RaftInvariants::look_at_check_quorum(base::NodeId id, const raft::Raft& raft, Seen& seen) const {
  const auto& leader = std::get<raft::Leader>(raft.role());
  const auto& tuning = raft.config().tuning;
  const auto round = leader.next_heartbeat - tuning.heartbeat;
  if (std::exchange(seen.round, round) == round) return;
  const auto patience = tuning.election_min + 2 * tuning.heartbeat;
  const bool heard = has_quorum(raft.configuration(), [&](base::NodeId voter) {
    const auto peer = leader.peers.find(voter);
    return voter == id || (peer != leader.peers.end() && round - peer->second.heard < patience);
  });
  if (heard) return;
  broken("leads_without_quorum", server(id) + " goes on leading " + in(raft.term()) +
                                     " though no quorum of [" + describe(raft.configuration()) +
                                     "] has answered it (Ongaro §6.2)");
}

void RaftInvariants::look_at_machine(base::NodeId id, const node::Node& node) {
  Seen& seen = seen_.at(id);
  const auto applied = node.applied();
  if (applied > node.raft().commit()) {
    broken("applied_beyond_commit",
           server(id) + " applied " + at(applied) + "; committed is " + at(node.raft().commit()));
  }
  if (applied < seen.applied) {
    broken("applied_falls",
           server(id) + " went from applied " + at(seen.applied) + " back to " + at(applied));
  }
  if (std::exchange(seen.applied, applied) == applied) return;
  const auto newest = digests_.empty() ? raft::Index() : digests_.rbegin()->first;
  const bool due = node.raft().is_leader() && applied.value >= newest.value + digest_every_;
  if (due || digests_.count(applied)) look_at_digest(id, applied, node.machine().digest());
}

void RaftInvariants::look_at_digest(base::NodeId id, raft::Index applied, std::uint64_t digest) {
  const auto [known, fresh] = digests_.try_emplace(applied, digest);
  if (!fresh && known->second != digest) {
    broken("state_divergence",
           server(id) + " has another state after " + at(applied) + " than the first server that got there");
  }
}

}  // namespace check
