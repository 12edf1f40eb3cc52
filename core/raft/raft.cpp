#include "core/raft/raft.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/base/overload.hpp"

namespace raft {

namespace {

// The leader's answer to what was asked before a crash must not pass for one to what is asked after it.
ReadId first_read(std::uint64_t seed) {
  constexpr std::uint64_t kReadsOfOneRun = std::uint64_t{1} << 32;
  return ReadId(base::Random(seed, "reads").below(kReadsOfOneRun / 2) * kReadsOfOneRun);
}

}  // namespace

Raft::Raft(Config config, Recovered recovered, Instant now)
    : config_(std::move(config)),
      hard_(recovered.hard_state),
      log_(std::move(recovered.snapshot), std::move(recovered.entries)),
      commit_(log_.snapshot().at.index),
      role_(Follower{}),
      random_(config_.seed, "election"),
      last_read_(first_read(config_.seed)) {
  CHECK(config_.self);
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
  return std::holds_alternative<Append>(message) || std::holds_alternative<Heartbeat>(message) ||
         std::holds_alternative<InstallSnapshot>(message) || std::holds_alternative<TimeoutNow>(message);
}

// Whoever hears a living leader does not help to depose it, even where the candidate's term came by another
// way (Ongaro §4.2.3, §6.4.1), unless that leader wants it.
bool asks_against_the_leader(const Message& message) {
  const auto* asked = std::get_if<RequestVote>(&message);
  return asked && !asked->transfer;
}

}  // namespace

// Whoever it comes from: a server may not yet know that the sender has become a member (Raft §6).
void Raft::receive(Instant now, NodeId from, const Message& message) {
  if (!from || from == config_.self) return;
  if (auto* leader = std::get_if<Leader>(&role_)) leader->clock.observe(now);
  const Term term = term_of(message);
  if (asks_against_the_leader(message) && hears_leader(now)) return;
  if (term > hard_.term && !only_asks(message)) {
    step_down(now, term, comes_from_leader(message) ? std::optional(from) : std::nullopt);
  }
  std::visit([&](const auto& m) { on(now, from, m); }, message);
}

void Raft::tick(Instant now) {
  auto* leader = std::get_if<Leader>(&role_);
  if (!leader) {
    drop_old_reads(now);
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
  for (; !writes_.empty() && writes_.front().first <= id; writes_.pop_front()) {
    const auto took = std::max(now - writes_.front().second, Duration::zero());
    counters_.write_ns.add(static_cast<std::uint64_t>(took.count()));
  }
  log_.written(id);
  if (auto* leader = std::get_if<Leader>(&role_)) {
    leader->clock.observe(now);
    advance_commit();
  } else {
    count_own_vote(now);
  }
}

bool Raft::takes_proposals() const {
  const auto* leader = std::get_if<Leader>(&role_);
  return leader && !leader->transfer;
}

Position Raft::propose(Instant now, Payload payload) {
  auto* leader = std::get_if<Leader>(&role_);
  CHECK(leader);
  leader->clock.observe(now);
  const Position at{log_.last_index().next(), hard_.term};
  log_.append({at, leader->clock.time(), std::move(payload)});
  ++counters_.entries_proposed;
  return at;
}

Output Raft::flush(Instant now) {
  CHECK(!piece_ && !whole_);
  if (is_leader()) follow_change(now);
  if (is_leader()) follow_transfer(now);
  if (is_leader()) {
    replicate_all(now);
    start_read_rounds(now);
    confirm_reads();
  }
  make_write(now);
  release_sends();
  return std::exchange(output_, Output{});
}

void Raft::make_write(Instant now) {
  const WriteId id = last_write_.next();
  auto changes = log_.take_changes(id);
  if (!hard_changed_ && changes.empty() && parts_.empty()) return;
  last_write_ = id;
  Write write{id,
              std::exchange(parts_, {}),
              changes.truncate_from,
              changes.compact_to,
              std::move(changes.entries),
              std::nullopt};
  if (std::exchange(hard_changed_, false)) {
    write.hard_state = hard_;
    hard_written_by_ = id;
  }
  counters_.write_entries.add(write.entries.size());
  writes_.emplace_back(id, now);
  output_.write = std::move(write);
}

void Raft::release_sends() {
  const auto leaving = std::stable_partition(held_.begin(), held_.end(),
                                             [&](const Held& held) { return held.until > durable_; });
  for (auto held = leaving; held != held_.end(); ++held) output_.sends.push_back(std::move(held->send));
  held_.erase(leaving, held_.end());
  for (auto& unsent : unsent_) {
    const auto entry_write = log_.written_by(unsent.vouches_for);
    CHECK(entry_write);
    WriteId until = std::max(hard_written_by_, *entry_write);
    if (unsent.for_next_write) until = last_write_;
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

bool Raft::receives_snapshot() const {
  const auto* follower = std::get_if<Follower>(&role_);
  return follower && follower->receiving;
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
  piece_.reset();
  whole_.reset();
  // They speak for the old term.
  unsent_.clear();
  held_.clear();
}

// Leaves the election timer of a server that had one: a hopeless candidate must not hold up the others
// (Ongaro §4.2.3).
void Raft::become_follower(Instant now, std::optional<NodeId> leader) {
  if (is_leader()) reset_election_timer(now);
  fail_reads();
  role_ = Follower{leader, Index(0), std::nullopt, {}};
}

void Raft::send(NodeId to, Message message) {
  send_vouching(to, std::move(message), Index(0));
}

void Raft::send_vouching(NodeId to, Message message, Index up_to) {
  unsent_.push_back({{to, std::move(message)}, up_to});
}

void Raft::send_after_write(NodeId to, Message message) {
  unsent_.push_back({{to, std::move(message)}, Index(0), true});
}

}  // namespace raft
