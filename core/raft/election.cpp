// How a leader comes to be: Raft §5.2 and §5.4.1, with the pre-vote of Ongaro §9.6.
#include "core/base/check.hpp"
#include "core/raft/raft.hpp"

namespace raft {

bool Raft::hears_leader(Instant now) const {
  if (is_leader()) return true;
  return heard_leader_ && now - *heard_leader_ < config_.tuning.election_min;
}

bool Raft::is_up_to_date(Position last) const {
  const Position mine = log_.last();
  return last.term != mine.term ? last.term > mine.term : last.index >= mine.index;
}

void Raft::start_pre_vote(Instant now) {
  role_ = PreCandidate{{config_.self}};
  reset_election_timer(now);
  if (is_quorum(1)) return start_election(now);
  for (const NodeId peer : config_.voters) {
    if (peer != config_.self) send(peer, PreVote{hard_.term.next(), log_.last()});
  }
}

void Raft::start_election(Instant now) {
  hard_ = {hard_.term.next(), config_.self};
  hard_changed_ = true;
  unsent_.clear();
  held_.clear();
  role_ = Candidate{};
  reset_election_timer(now);
  for (const NodeId peer : config_.voters) {
    if (peer != config_.self) send(peer, RequestVote{hard_.term, log_.last()});
  }
}

// One's own vote counts like any other: once it is on disk.
void Raft::count_own_vote(Instant now) {
  auto* candidate = std::get_if<Candidate>(&role_);
  if (!candidate || hard_changed_ || hard_written_by_ > durable_) return;
  candidate->granted.insert(config_.self);
  if (is_quorum(candidate->granted.size())) become_leader(now);
}

void Raft::become_leader(Instant now) {
  Leader leader{{},
                LogClock(log_.last_stamp(), now, config_.tuning.election_min),
                log_.last_index().next(),
                Round(0),
                now,
                {}};
  for (const NodeId peer : config_.voters) {
    if (peer == config_.self) continue;
    Progress progress;
    progress.next = log_.last_index().next();
    progress.heard = now;
    leader.peers.emplace(peer, std::move(progress));
  }
  role_ = std::move(leader);
  // Entries of earlier terms are committed only along with one of this term (Raft §5.4.2, §8).
  propose(now, Noop{});
  start_round(now);
}

void Raft::on(Instant now, NodeId from, const PreVote& m) {
  if (m.term > hard_.term && is_up_to_date(m.last) && !hears_leader(now)) {
    send(from, PreVoteGranted{m.term});
  } else {
    send(from, PreVoteRefused{hard_.term});
  }
}

void Raft::on(Instant now, NodeId from, const PreVoteGranted& m) {
  auto* candidate = std::get_if<PreCandidate>(&role_);
  if (!candidate || m.term != hard_.term.next()) return;
  candidate->granted.insert(from);
  if (is_quorum(candidate->granted.size())) start_election(now);
}

// What it teaches, its term, was taken in before.
void Raft::on(Instant, NodeId, const PreVoteRefused&) {}

void Raft::on(Instant now, NodeId from, const RequestVote& m) {
  if (m.term < hard_.term) return send(from, VoteRefused{hard_.term});
  // A term that has its leader elects no other: this candidate's messages are late.
  const bool free = hard_.vote ? *hard_.vote == from : !leader();
  if (!free || !is_up_to_date(m.last)) return send(from, VoteRefused{hard_.term});
  if (!hard_.vote) {
    CHECK(!is_leader());
    hard_.vote = from;
    hard_changed_ = true;
    become_follower(now, std::nullopt);
    reset_election_timer(now);
  }
  send(from, VoteGranted{hard_.term});
}

void Raft::on(Instant now, NodeId from, const VoteGranted& m) {
  auto* candidate = std::get_if<Candidate>(&role_);
  if (!candidate || m.term != hard_.term) return;
  candidate->granted.insert(from);
  if (is_quorum(candidate->granted.size())) become_leader(now);
}

void Raft::on(Instant, NodeId, const VoteRefused&) {}

}  // namespace raft
