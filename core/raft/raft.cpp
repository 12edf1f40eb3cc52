#include "core/raft/raft.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/base/overload.hpp"

namespace raft {

Raft::Raft(Config config, Recovered recovered, Instant now)
    : config_(std::move(config)),
      hard_(recovered.hard_state),
      log_(std::move(recovered.entries)),
      role_(Follower{}),
      random_(config_.seed, "election") {
  CHECK(config_.self && !config_.voters.empty());
  CHECK(std::is_sorted(config_.voters.begin(), config_.voters.end()));
  CHECK(is_voter(config_.self));
  CHECK(config_.tuning.heartbeat < config_.tuning.election_min);
  CHECK(config_.tuning.election_min <= config_.tuning.election_max);
  CHECK(log_.last().term <= hard_.term);
  // A voter that restarts may have promised a leader not to elect another for a while (Ongaro §6.4.1).
  if (hard_.term) heard_leader_ = now;
  reset_election_timer(now);
}

namespace {

// Asking for a vote, or answering such a question, says nothing about the term being in force.
bool only_asks(const Message& message) {
  return std::holds_alternative<PreVote>(message) || std::holds_alternative<PreVoteGranted>(message);
}

bool comes_from_leader(const Message& message) {
  return std::holds_alternative<Append>(message) || std::holds_alternative<Heartbeat>(message);
}

}  // namespace

void Raft::receive(Instant now, NodeId from, const Message& message) {
  if (!is_voter(from) || from == config_.self) return;
  if (auto* leader = std::get_if<Leader>(&role_)) leader->clock.observe(now);
  const Term term = term_of(message);
  // Whoever hears a living leader does not help to depose it, even where the candidate's term came by another
  // way (Ongaro §4.2.3, §6.4.1).
  if (std::holds_alternative<RequestVote>(message) && hears_leader(now)) return;
  if (term > hard_.term && !only_asks(message)) {
    step_down(now, term, comes_from_leader(message) ? std::optional(from) : std::nullopt);
  }
  std::visit([&](const auto& m) { on(now, from, m); }, message);
}

void Raft::tick(Instant now) {
  auto* leader = std::get_if<Leader>(&role_);
  if (!leader) {
    if (now >= election_deadline_) start_pre_vote(now);
    return;
  }
  leader->clock.observe(now);
  if (now < leader->next_heartbeat) return;
  check_quorum(now);
  if (is_leader()) start_round(now);
}

void Raft::durable(Instant now, WriteId id) {
  CHECK(id <= last_write_);
  if (id <= durable_) return;
  durable_ = id;
  log_.written(id);
  if (auto* leader = std::get_if<Leader>(&role_)) {
    leader->clock.observe(now);
    advance_commit();
  } else {
    count_own_vote(now);
  }
}

Position Raft::propose(Instant now, Payload payload) {
  auto* leader = std::get_if<Leader>(&role_);
  CHECK(leader);
  leader->clock.observe(now);
  const Position at{log_.last_index().next(), hard_.term};
  log_.append({at, leader->clock.time(), std::move(payload)});
  return at;
}

ReadId Raft::read(Instant now) {
  auto* leader = std::get_if<Leader>(&role_);
  CHECK(leader);
  leader->clock.observe(now);
  last_read_ = last_read_.next();
  leader->reads.push_back({last_read_, Index(0), Round(0)});
  return last_read_;
}

Output Raft::flush(Instant now) {
  if (auto* leader = std::get_if<Leader>(&role_)) {
    replicate_all();
    const bool waiting = !leader->reads.empty() && !leader->reads.back().round;
    if (waiting && commit_is_current() && confirmed_round() == leader->round) start_round(now);
    confirm_reads();
  }
  const WriteId id = last_write_.next();
  auto changes = log_.take_changes(id);
  if (hard_changed_ || !changes.empty()) {
    last_write_ = id;
    Write write{id, std::nullopt, changes.truncate_from, std::move(changes.entries)};
    if (hard_changed_) {
      write.hard_state = hard_;
      hard_written_by_ = id;
      hard_changed_ = false;
    }
    output_.write = std::move(write);
  }
  release_sends();
  return std::exchange(output_, Output{});
}

void Raft::release_sends() {
  const auto leaving = std::stable_partition(held_.begin(), held_.end(),
                                             [&](const Held& held) { return held.until > durable_; });
  for (auto held = leaving; held != held_.end(); ++held) output_.sends.push_back(std::move(held->send));
  held_.erase(leaving, held_.end());
  for (auto& unsent : unsent_) {
    const auto entry_write = log_.written_by(unsent.vouches_for);
    CHECK(entry_write);
    const WriteId until = std::max(hard_written_by_, *entry_write);
    if (until <= durable_) {
      output_.sends.push_back(std::move(unsent.send));
    } else {
      held_.push_back({until, std::move(unsent.send)});
    }
  }
  unsent_.clear();
}

Instant Raft::deadline() const {
  const auto* leader = std::get_if<Leader>(&role_);
  return leader ? leader->next_heartbeat : election_deadline_;
}

std::optional<NodeId> Raft::leader() const {
  return std::visit(base::Overload{[](const Follower& f) { return f.leader; },
                                   [](const PreCandidate&) { return std::optional<NodeId>(); },
                                   [](const Candidate&) { return std::optional<NodeId>(); },
                                   [&](const Leader&) { return std::optional(config_.self); }},
                    role_);
}

LogTime Raft::log_time() const {
  const auto* leader = std::get_if<Leader>(&role_);
  CHECK(leader);
  return leader->clock.time();
}

bool Raft::commit_is_current() const {
  const auto* leader = std::get_if<Leader>(&role_);
  return leader && commit_ >= leader->term_start;
}

void Raft::step_down(Instant now, Term term, std::optional<NodeId> leader) {
  CHECK(term > hard_.term);
  hard_ = {term, std::nullopt};
  hard_changed_ = true;
  become_follower(now, leader);
  // They speak for the old term.
  unsent_.clear();
  held_.clear();
}

// Leaves the election timer of a server that had one: a hopeless candidate must not hold up the others
// (Ongaro §4.2.3).
void Raft::become_follower(Instant now, std::optional<NodeId> leader) {
  if (is_leader()) reset_election_timer(now);
  fail_reads();
  role_ = Follower{leader, Index(0)};
}

void Raft::reset_election_timer(Instant now) {
  const auto& tuning = config_.tuning;
  election_deadline_ =
      now + Duration(random_.between(tuning.election_min.count(), tuning.election_max.count()));
}

void Raft::send(NodeId to, Message message) {
  send_vouching(to, std::move(message), Index(0));
}

void Raft::send_vouching(NodeId to, Message message, Index up_to) {
  unsent_.push_back({{to, std::move(message)}, up_to});
}

bool Raft::is_voter(NodeId id) const {
  return std::binary_search(config_.voters.begin(), config_.voters.end(), id);
}

void Raft::fail_reads() {
  if (auto* leader = std::get_if<Leader>(&role_)) {
    for (const auto& read : leader->reads) output_.reads_failed.push_back(read.id);
    leader->reads.clear();
  }
}

}  // namespace raft
