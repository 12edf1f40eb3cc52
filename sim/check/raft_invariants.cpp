#include "sim/check/raft_invariants.hpp"

#include <algorithm>
#include <utility>

#include "core/base/overload.hpp"

namespace check {

namespace {

// Travels only inside this file.
struct Broken {
  Violation violation;
};

[[noreturn]] void broken(const char* check, std::string what) {
  throw Broken{{check, std::move(what)}};
}

std::string at(raft::Index index) {
  return "index " + std::to_string(index.value);
}
std::string in(raft::Term term) {
  return "term " + std::to_string(term.value);
}
std::string server(base::NodeId id) {
  return "server " + std::to_string(id.value);
}
std::string place(raft::Position p) {
  return at(p.index) + " of " + in(p.term);
}

template <class Look>
std::optional<Violation> judge(base::NodeId id, Look look) {
  try {
    look();
  } catch (const Broken& found) {
    return found.violation;
  } catch (const base::CheckFailed& failed) {
    return Violation{"raft_check", server(id) + ": " + failed.what()};
  }
  return std::nullopt;
}

raft::Term term_in(const std::vector<raft::Term>& terms, raft::Index index) {
  return index && index.value <= terms.size() ? terms[index.value - 1] : raft::Term();
}

}  // namespace

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
  look_at_log(id, raft, seen);
  const raft::Vitals now = raft::vitals(raft);
  const raft::Vitals before = std::exchange(seen.vitals, now);
  if (before.term) raft::check_delta(before, now);
  look_at_leadership(id, raft, seen);
  look_at_commit(id, raft, seen);
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

// Finds where the log parts from what it was: by log matching, which look_at_entry keeps, below the last
// common position nothing has changed.
void RaftInvariants::look_at_log(base::NodeId id, const raft::Raft& raft, Seen& seen) {
  const raft::Log& log = raft.log();
  auto same = std::min(log.last_index(), raft::Index(seen.terms.size()));
  while (same && log.term_at(same) != term_in(seen.terms, same)) same = same.previous();
  const bool cut = same.value < seen.terms.size();
  if (cut && seen.vitals.leads && seen.vitals.term == raft.term()) {
    broken("leader_append_only", server(id) + " leads " + in(raft.term()) +
                                     " and changed its own log after " + at(same) + ", which reached " +
                                     at(raft::Index(seen.terms.size())) + " (Raft §5.3)");
  }
  if (cut && same < seen.vitals.commit) {
    broken("committed_entry_removed", server(id) + " cut its log after " + at(same) + "; " +
                                          at(seen.vitals.commit) + " was committed there");
  }
  seen.terms.resize(same.value);
  for (auto index = same.next(); index <= log.last_index(); index = index.next()) {
    look_at_entry(id, log, index);
    seen.terms.push_back(log.at(index).at.term);
  }
}

void RaftInvariants::look_at_entry(base::NodeId id, const raft::Log& log, raft::Index index) {
  const raft::Entry& entry = log.at(index);
  const raft::Index before = index.previous();
  const raft::Term previous = before ? log.at(before).at.term : raft::Term();
  if (entry.at.index != index) {
    broken("log_position", server(id) + " keeps " + place(entry.at) + " at " + at(index));
  }
  if (entry.at.term < previous) {
    broken("log_terms_fall", server(id) + " has " + place(entry.at) + " after an entry of " + in(previous));
  }
  if (before && entry.stamp < log.at(before).stamp) {
    broken("log_clock_falls", server(id) + ": the log clock falls from " +
                                  std::to_string(log.at(before).stamp.ms) + " ms to " +
                                  std::to_string(entry.stamp.ms) + " ms at " + at(index));
  }
  const auto [truth, fresh] = entries_.try_emplace({index, entry.at.term}, Truth{entry, previous});
  if (fresh) return;
  if (truth->second.entry != entry) {
    broken("log_matching", server(id) + " has another entry at " + place(entry.at) +
                               " than was first seen there (Raft §5.3)");
  }
  if (truth->second.previous != previous) {
    broken("log_matching", server(id) + " has " + place(entry.at) + " after an entry of " + in(previous) +
                               "; elsewhere it comes after one of " + in(truth->second.previous) +
                               " (Raft §5.3)");
  }
}

void RaftInvariants::look_at_leadership(base::NodeId id, const raft::Raft& raft, const Seen& seen) {
  if (!raft.is_leader()) return;
  const auto [leader, fresh] = leaders_.try_emplace(raft.term(), id);
  if (leader->second != id) {
    broken("election_safety",
           server(leader->second) + " and " + server(id) + " both lead " + in(raft.term()) + " (Raft §5.2)");
  }
  if (fresh) look_at_completeness(id, raft.term(), seen);
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

// Indexes that were looked at in this run can't have changed since: committed_entry_removed.
void RaftInvariants::look_at_commit(base::NodeId id, const raft::Raft& raft, Seen& seen) {
  for (auto index = seen.commit.next(); index <= raft.commit(); index = index.next()) {
    const auto term = term_in(seen.terms, index);
    if (index.value > committed_.size()) {
      look_at_quorum(id, raft, index);
      committed_.push_back({term, raft.term()});
    } else if (committed_[index.value - 1].term != term) {
      broken("state_machine_safety", server(id) + " committed an entry of " + in(term) + " at " + at(index) +
                                         "; elsewhere one of " + in(committed_[index.value - 1].term) +
                                         " is committed there (Raft §5.4.3)");
    }
    seen.commit = index;
  }
}

void RaftInvariants::look_at_quorum(base::NodeId id, const raft::Raft& raft, raft::Index index) const {
  const auto& voters = raft.config().voters;
  const auto term = raft.log().term_at(index);
  std::size_t durable = 0;
  std::string where;
  for (const auto voter : voters) {
    const auto seen = seen_.find(voter);
    if (seen == seen_.end() || seen->second.vitals.durable < index ||
        term_in(seen->second.terms, index) != term)
      continue;
    ++durable;
    where += (where.empty() ? "" : ", ") + std::to_string(voter.value);
  }
  if (durable > voters.size() / 2) return;
  broken("durability", server(id) + " counts " + at(index) + " as committed; it is durable on " +
                           std::to_string(durable) + " of " + std::to_string(voters.size()) + " voters" +
                           (where.empty() ? "" : " (" + where + ")"));
}

void RaftInvariants::look_at_disk(base::NodeId id, const raft::Raft& raft) const {
  const auto promised = promised_terms_.find(id);
  if (promised != promised_terms_.end() && raft.term() < promised->second) {
    broken("term_forgotten", server(id) + " came back in " + in(raft.term()) + " after it had spoken in " +
                                 in(promised->second));
  }
  const auto vote = votes_.find({id, raft.term()});
  if (vote != votes_.end() && raft.vote() != vote->second) {
    broken("vote_forgotten",
           server(id) + " came back in " + in(raft.term()) + " without its vote for " + server(vote->second));
  }
  const auto before = seen_.find(id);
  if (before == seen_.end()) return;
  const auto& seen = before->second;
  for (auto index = seen.vitals.durable; index; index = index.previous()) {
    if (raft.log().term_at(index) == term_in(seen.terms, index)) continue;
    broken("durable_entry_lost", server(id) + " came back without " +
                                     place({index, term_in(seen.terms, index)}) +
                                     ", which was durable there");
  }
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
