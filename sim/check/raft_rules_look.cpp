// What a step of a server is judged by.
#include <algorithm>

#include "sim/check/broken.hpp"
#include "sim/check/configurations.hpp"
#include "sim/check/raft_rules.hpp"

namespace check {

namespace {

raft::Index greatest_since(const std::map<raft::Term, raft::Index>& said, raft::Term term) {
  raft::Index greatest;
  for (auto one = said.lower_bound(term); one != said.end(); ++one)
    greatest = std::max(greatest, one->second);
  return greatest;
}

}  // namespace

void RaftRules::look_at_answer(const raft::Raft& raft, base::NodeId to, const raft::Message& message,
                               Run& run) {
  // Whoever answers a leader promises to elect no other for a while (Ongaro §4.2.3, §6.4.1).
  const auto promise = [&] {
    if (run.leader_spoke) promised_[raft.self()] = *run.leader_spoke;
  };
  if (const auto* vote = std::get_if<raft::VoteGranted>(&message)) {
    look_at_vote(raft, to, vote->term, run);
  } else if (const auto* accepted = std::get_if<raft::AppendAccepted>(&message)) {
    promise();
    look_at_acceptance(raft, accepted->term, accepted->match, run);
  } else if (const auto* reply = std::get_if<raft::HeartbeatReply>(&message)) {
    if (!reply->round) return;
    promise();
    look_at_acceptance(raft, reply->term, std::max(reply->matched, reply->durable), run);
  } else if (const auto* rejected = std::get_if<raft::AppendRejected>(&message)) {
    if (!rejected->previous) return;
    promise();
    if (run.refusable.contains({rejected->term, to, rejected->previous})) return;
    broken("refuses_what_is_committed", server(raft.self()) + " tells " + server(to) +
                                            " that its log doesn't match at " + at(rejected->previous) +
                                            ", where its own was committed when it was asked (Raft §5.4)");
  } else if (const auto* answer = std::get_if<raft::ReadIndexAnswer>(&message)) {
    const auto question = run.questions.find({to, answer->read});
    if (!answer->index || question == run.questions.end() || *answer->index >= question->second) return;
    broken("stale_read_index", server(raft.self()) + " lets " + server(to) + " read as of " +
                                   at(*answer->index) + "; " + at(question->second) +
                                   " was committed when it was asked (Ongaro §6.4)");
  }
}

void RaftRules::look_at_acceptance(const raft::Raft& raft, raft::Term term, raft::Index match,
                                   const Run& run) const {
  const auto compared = run.compared.find(term);
  if (match <= (compared == run.compared.end() ? raft::Index() : compared->second)) return;
  broken("accepts_unseen", server(raft.self()) + " tells its leader of " + in(term) +
                               " that their logs agree up to " + at(match) +
                               "; no request of that leader has compared so much (Raft §5.3)");
}

void RaftRules::look_at_vote(const raft::Raft& raft, base::NodeId to, raft::Term term, const Run& run) const {
  const auto asked = run.asked.find({term, to});
  if (asked == run.asked.end())
    broken("vote_unasked", server(raft.self()) + " votes in " + in(term) + " for " + server(to) +
                               ", which has not asked for it");
  const auto any = [&](auto holds) { return std::any_of(asked->second.begin(), asked->second.end(), holds); };
  if (!any([](const Asked& one) { return one.up_to_date; })) {
    broken("vote_for_an_older_log", server(raft.self()) + " votes in " + in(term) + " for " + server(to) +
                                        ", whose log ends at " + place(asked->second.front().last) +
                                        ", before its own (Raft §5.4.1)");
  }
  if (!any([](const Asked& one) { return one.up_to_date && one.leader_was_silent; })) {
    broken("vote_against_a_leader", server(raft.self()) + " votes in " + in(term) + " for " + server(to) +
                                        " within a time-out of answering a leader (Ongaro §4.2.3, §6.4.1)");
  }
}

void RaftRules::look_at_commit(const raft::Raft& raft, const Run& run) const {
  if (raft.commit() <= run.commit) return;
  if (run.leads) {
    if (!raft.is_leader() || raft.term() != run.term || raft.log().term_at(raft.commit()) == run.term) return;
    broken("commits_an_older_term",
           server(raft.self()) + " leads " + in(run.term) + " and counts " + at(raft.commit()) +
               " as committed, which is of another term: only with one of its own (Raft §5.4.2)");
  }
  const auto compared = greatest_since(run.compared, run.term);
  const auto told = greatest_since(run.told, run.term);
  if (raft.commit() > told) {
    broken("commit_untold", server(raft.self()) + " counts " + at(raft.commit()) +
                                " as committed; no leader has told it of more than " + at(told));
  }
  if (raft.commit() <= compared) return;
  broken("commit_unseen", server(raft.self()) + " counts " + at(raft.commit()) +
                              " as committed; its log is known to be its leader's up to " + at(compared) +
                              " only (Raft §5.3)");
}

void RaftRules::look_at_peers(const raft::Raft& raft, const Run& run) const {
  if (!raft.is_leader()) return;
  const auto& leader = std::get<raft::Leader>(raft.role());
  for (const auto& [peer, progress] : leader.peers) {
    const auto acknowledged = run.acknowledged.find({raft.term(), peer});
    const auto said = acknowledged == run.acknowledged.end() ? raft::Index() : acknowledged->second;
    if (progress.match > said) {
      broken("match_unheard", server(raft.self()) + " leads " + in(raft.term()) + " and takes " +
                                  at(progress.match) + " for durable on " + server(peer) +
                                  ", which has said so of " + at(said) + " in that term");
    }
    const auto before = run.match.find(peer);
    if (run.leads && run.term == raft.term() && before != run.match.end() &&
        progress.match < before->second) {
      broken("match_falls", server(raft.self()) + " leads " + in(raft.term()) +
                                " and forgets what is durable on " + server(peer) + ": " +
                                at(before->second) + ", then " + at(progress.match) + " (Raft figure 2)");
    }
    const auto answered = run.rounds.find({raft.term(), peer});
    if (progress.round > (answered == run.rounds.end() ? raft::Round() : answered->second)) {
      broken("round_unheard", server(raft.self()) + " leads " + in(raft.term()) + " and counts " +
                                  server(peer) + " as having answered a round that it has not (Ongaro §6.4)");
    }
  }
}

// Reads that have been answered since the last look: a quorum must have answered the round of each.
void RaftRules::look_at_reads(const raft::Raft& raft, const Run& run) const {
  const auto answered = raft.counters().reads_by_round + raft.counters().reads_for_peers - run.reads_by_round;
  if (answered == 0 || !raft.is_leader() || raft.term() != run.term) return;
  const auto confirmed = [&](raft::Round round) {
    return has_quorum(raft.configuration(), [&](base::NodeId voter) {
      const auto its = run.rounds.find({raft.term(), voter});
      return voter == raft.self() || (its != run.rounds.end() && its->second >= round);
    });
  };
  // Where the leader is the quorum there is nobody to be asked.
  if (confirmed(raft::Round(~std::uint64_t{0}))) return;
  const auto may_be = static_cast<std::uint64_t>(
      std::count_if(run.reads.begin(), run.reads.end(),
                    [&](const raft::PendingRead& read) { return read.round && confirmed(read.round); }));
  if (answered <= may_be) return;
  broken("read_unconfirmed", server(raft.self()) + " leads " + in(raft.term()) + " and answers " +
                                 std::to_string(answered) +
                                 " reads; a quorum has confirmed its leadership for " +
                                 std::to_string(may_be) + " of them (Ongaro §6.4)");
}

void RaftRules::look_at_lease(const raft::Raft& raft, const Run& run) const {
  if (!leases_hold_ || raft.counters().reads_by_lease == run.reads_by_lease) return;
  if (run.term >= newest_leader_) return;
  broken("lease_outlived", server(raft.self()) + " answers a read by the lease of " + in(run.term) +
                               "; there is a leader of " + in(newest_leader_) + " (Ongaro §6.4.1)");
}

// Learners wait to be told (Ongaro §4.2.1).
void RaftRules::look_at_role(const raft::Raft& raft) const {
  const bool stands = std::holds_alternative<raft::PreCandidate>(raft.role()) ||
                      std::holds_alternative<raft::Candidate>(raft.role());
  if (!stands) return;
  for (const auto& member : raft.configuration().members) {
    if (member.id != raft.self() || member.suffrage != raft::Suffrage::learner || member.outgoing) continue;
    broken("learner_stands", server(raft.self()) + " stands for election and is a learner (Ongaro §4.2.1)");
  }
}

}  // namespace check
