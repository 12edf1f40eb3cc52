// Linearizable reads, without a log entry (Ongaro §6.4).
#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/base/overload.hpp"
#include "core/raft/quorum.hpp"
#include "core/raft/raft.hpp"

namespace raft {
namespace {

// Those of peers beyond it are refused: while nothing commits in a new term, none is answered.
constexpr std::size_t kReadsWaitingMax = 10'000;

}  // namespace

ReadId Raft::read(Instant now, ReadBy by) {
  last_read_ = last_read_.next();
  std::visit(base::Overload{
                 [&](Leader& leader) {
                   leader.clock.observe(now);
                   if (by == ReadBy::lease && lease_holds(now)) {
                     ++counters_.reads_by_lease;
                     output_.reads_ready.push_back({last_read_, commit_});
                   } else {
                     leader.reads.push_back({last_read_, std::nullopt, Index(0), Round(0)});
                   }
                 },
                 [&](Follower& follower) {
                   CHECK(follower.leader);
                   ++counters_.reads_forwarded;
                   follower.reads.push_back({last_read_, now});
                   send(*follower.leader, ReadIndex{hard_.term, last_read_});
                 },
                 [](PreCandidate&) { CHECK(false); },
                 [](Candidate&) { CHECK(false); },
             },
             role_);
  return last_read_;
}

Round Raft::confirmed_round() const {
  const auto& leader = std::get<Leader>(role_);
  return reached_by_quorum(configuration(), [&](NodeId id) {
    if (id == config_.self) return leader.round;
    const auto peer = leader.peers.find(id);
    return peer == leader.peers.end() ? Round(0) : peer->second.round;
  });
}

// All reads that arrived while a round was under way share the next one.
void Raft::start_read_rounds(Instant now) {
  const auto& leader = std::get<Leader>(role_);
  const bool waiting = !leader.reads.empty() && !leader.reads.back().round;
  if (waiting && commit_is_current() && confirmed_round() == leader.round) start_round(now);
}

// Counted from before the round was sent: whoever answered it elects nobody for election_min after it arrived
// there (Ongaro §6.4.1). Both clocks may be wrong by the drift.
bool Raft::lease_holds(Instant now) const {
  const auto& leader = std::get<Leader>(role_);
  if (!commit_is_current() || leader.lease_is_void || !configuration().is_voter(config_.self)) return false;
  const Round confirmed = confirmed_round();
  const auto newest = std::find_if(leader.rounds.rbegin(), leader.rounds.rend(),
                                   [&](const auto& round) { return round.first <= confirmed; });
  if (newest == leader.rounds.rend()) return false;
  const auto term = config_.tuning.election_min;
  const Duration margin(term.count() / 1'000'000 * 2 * config_.tuning.clock_drift_ppm + 1);
  return now - newest->second < term - margin;
}

void Raft::confirm_reads() {
  auto& leader = std::get<Leader>(role_);
  const bool asked = !leader.reads.empty();
  if (!asked && leader.rounds.size() < 2) return;
  const Round confirmed = confirmed_round();
  while (leader.rounds.size() > 1 && leader.rounds[1].first <= confirmed) leader.rounds.pop_front();
  std::erase_if(leader.reads, [&](const PendingRead& read) {
    if (!read.round || read.round > confirmed) return false;
    ++(read.asker ? counters_.reads_for_peers : counters_.reads_by_round);
    answer_read(read, read.index);
    return true;
  });
}

void Raft::answer_read(const PendingRead& read, std::optional<Index> index) {
  if (read.asker) {
    send(*read.asker, ReadIndexAnswer{hard_.term, read.id, index});
  } else if (index) {
    output_.reads_ready.push_back({read.id, *index});
  } else {
    ++counters_.reads_failed;
    output_.reads_failed.push_back(read.id);
  }
}

void Raft::fail_reads() {
  if (auto* leader = std::get_if<Leader>(&role_)) {
    for (const auto& read : leader->reads) answer_read(read, std::nullopt);
    leader->reads.clear();
  } else if (auto* follower = std::get_if<Follower>(&role_)) {
    for (const auto& read : follower->reads) answer_read({read.id, std::nullopt, {}, {}}, std::nullopt);
    follower->reads.clear();
  }
}

// The question or its answer was lost.
void Raft::drop_old_reads(Instant now) {
  auto* follower = std::get_if<Follower>(&role_);
  if (!follower) return;
  std::erase_if(follower->reads, [&](const ForwardedRead& read) {
    if (now - read.since < config_.tuning.election_max) return false;
    answer_read({read.id, std::nullopt, {}, {}}, std::nullopt);
    return true;
  });
}

void Raft::on(Instant, NodeId from, const ReadIndex& m) {
  auto* leader = std::get_if<Leader>(&role_);
  if (!leader || m.term != hard_.term || leader->reads.size() >= kReadsWaitingMax) {
    send(from, ReadIndexAnswer{hard_.term, m.read, std::nullopt});
  } else {
    leader->reads.push_back({m.read, from, Index(0), Round(0)});
  }
}

void Raft::on(Instant, NodeId from, const ReadIndexAnswer& m) {
  auto* follower = std::get_if<Follower>(&role_);
  if (!follower || m.term != hard_.term || follower->leader != from) return;
  const auto asked = std::find_if(follower->reads.begin(), follower->reads.end(),
                                  [&](const ForwardedRead& read) { return read.id == m.read; });
  if (asked == follower->reads.end()) return;
  follower->reads.erase(asked);
  answer_read({m.read, std::nullopt, {}, {}}, m.index);
}

}  // namespace raft
