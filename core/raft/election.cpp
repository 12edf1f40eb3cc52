// How a leader comes to be: Raft §5.2 and §5.4.1, with the pre-vote of Ongaro §9.6.
#include <set>

#include "core/base/check.hpp"
#include "core/raft/quorum.hpp"
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

bool Raft::is_elected(const std::set<NodeId>& granted) const {
  return is_quorum(configuration(), [&](NodeId id) { return granted.contains(id); });
}

// How many priorities stand above this server's own.
std::uint64_t Raft::rank() const {
  const Member* self = configuration().find(config_.self);
  std::set<std::uint8_t> above;
  for (const auto& member : configuration().members) {
    if (self && configuration().is_voter(member.id) && member.priority > self->priority)
      above.insert(member.priority);
  }
  return above.size();
}

// Whoever has a higher priority comes first where it can; each level below waits out one more time-out, and
// so steps in where those above don't stand or can't win.
void Raft::reset_election_timer(Instant now) {
  const auto& tuning = config_.tuning;
  const auto patience = random_.between(tuning.election_min.count(), tuning.election_max.count());
  election_deadline_ = now + Duration(patience) + tuning.election_max * static_cast<std::int64_t>(rank());
}

// A voter. Also one whose removal isn't known to be committed: it may be the only one that holds it, and then
// nobody else can win (Ongaro §4.2.2).
bool Raft::may_stand() const {
  if (told_that_it_left_) return false;
  const bool is_removed = !configuration().find(config_.self) && log_.configuration_index() > commit_;
  return configuration().is_voter(config_.self) || is_removed;
}

// A learner that hears no leader: no vote is to be had for an empty log, but whoever knows that it was let go
// says so.
void Raft::ask_whether_removed() {
  for (const auto& member : configuration().members) {
    if (member.id != config_.self && configuration().is_voter(member.id))
      send(member.id, PreVote{hard_.term.next(), Position{}});
  }
}

void Raft::start_pre_vote(Instant now) {
  reset_election_timer(now);
  if (!may_stand()) {
    become_follower(now, std::nullopt);
    return ask_whether_removed();
  }
  fail_reads();
  role_ = PreCandidate{{config_.self}};
  ++counters_.pre_votes;
  if (is_elected({config_.self})) return start_election(now, false);
  for (const auto& member : configuration().members) {
    if (member.id != config_.self && configuration().is_voter(member.id))
      send(member.id, PreVote{hard_.term.next(), log_.last()});
  }
}

void Raft::start_election(Instant now, bool transfer) {
  fail_reads();
  hard_ = {hard_.term.next(), config_.self};
  hard_changed_ = true;
  unsent_.clear();
  held_.clear();
  role_ = Candidate{};
  ++counters_.elections;
  reset_election_timer(now);
  for (const auto& member : configuration().members) {
    if (member.id != config_.self && configuration().is_voter(member.id))
      send(member.id, RequestVote{hard_.term, log_.last(), transfer});
  }
}

// One's own vote counts like any other: once it is on disk.
void Raft::count_own_vote(Instant now) {
  auto* candidate = std::get_if<Candidate>(&role_);
  if (!candidate || hard_changed_ || hard_written_by_ > durable_) return;
  candidate->granted.insert(config_.self);
  if (is_elected(candidate->granted)) become_leader(now);
}

void Raft::become_leader(Instant now) {
  Leader leader{.peers = {},
                .clock = LogClock(log_.last_stamp(), now, config_.tuning.election_min),
                .term_start = log_.last_index().next(),
                .round = Round(0),
                .rounds = {},
                .next_heartbeat = now,
                .reads = {},
                .transfer = std::nullopt,
                .lease_is_void = false};
  role_ = std::move(leader);
  ++counters_.elections_won;
  sync_peers(now);
  // Entries of earlier terms are committed only along with one of this term (Raft §5.4.2, §8). The log's very
  // first says who the members are: whoever joins later learns it from there.
  if (log_.last_index()) {
    propose(now, Noop{});
  } else {
    propose(now, Configuration(configuration()));
  }
  start_round(now);
}

void Raft::on(Instant now, NodeId from, const PreVote& m) {
  if (has_left(from)) return send(from, PreVoteRefused{hard_.term, from});
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
  if (is_elected(candidate->granted)) start_election(now, false);
}

// The term that it teaches was taken in before.
void Raft::on(Instant now, NodeId, const PreVoteRefused& m) {
  if (m.removed != config_.self) return;
  told_that_it_left_ = true;
  if (std::holds_alternative<PreCandidate>(role_)) become_follower(now, std::nullopt);
}

void Raft::on(Instant now, NodeId from, const RequestVote& m) {
  if (m.term < hard_.term) return send(from, VoteRefused{hard_.term});
  // A term that has its leader elects no other: this candidate's messages are late.
  const bool free = hard_.vote ? *hard_.vote == from : !leader();
  if (!free || !is_up_to_date(m.last)) return send(from, VoteRefused{hard_.term});
  if (!hard_.vote) {
    CHECK(!is_leader());
    hard_.vote = from;
    hard_changed_ = true;
    ++counters_.votes_granted;
    become_follower(now, std::nullopt);
    reset_election_timer(now);
  }
  send(from, VoteGranted{hard_.term});
}

void Raft::on(Instant now, NodeId from, const VoteGranted& m) {
  auto* candidate = std::get_if<Candidate>(&role_);
  if (!candidate || m.term != hard_.term) return;
  candidate->granted.insert(from);
  if (is_elected(candidate->granted)) become_leader(now);
}

void Raft::on(Instant, NodeId, const VoteRefused&) {}

// No pre-vote: the leader has made room (Ongaro §3.10).
void Raft::on(Instant now, NodeId from, const TimeoutNow& m) {
  if (m.term < hard_.term || leader() != from || !may_stand()) return;
  start_election(now, true);
}

}  // namespace raft
