// Who belongs to the cluster, and who leads it next: Raft §6; Ongaro ch. 4 and §3.10.
#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/raft/quorum.hpp"
#include "core/raft/raft.hpp"

namespace raft {
namespace {

// How far behind the commit index a learner may be when it becomes a voter: less than is under way anyhow.
constexpr std::uint64_t kCaughtUpWithin = 64;

}  // namespace

void Raft::sync_peers(Instant now) {
  for (const auto& member : configuration().members) meet(now, member.id);
}

void Raft::meet(Instant now, NodeId peer) {
  if (peer == config_.self) return;
  std::get<Leader>(role_).peers.try_emplace(peer, Progress{.stage = Probing{},
                                                           .match = Index(0),
                                                           .next = log_.last_index().next(),
                                                           .heard = now,
                                                           .round = Round(0)});
}

// Ids are never given out again, so what is committed here holds for ever: one that was removed while it was
// away may be told so by anyone, whoever leads now and is a stranger to it.
bool Raft::has_left(NodeId id) const {
  const auto& known = configuration();
  if (log_.configuration_index() > commit_ || known.members.empty()) return false;
  return id <= known.last_id && !known.find(id);
}

// A server that has left is kept until it holds the configuration that says so, and is told that this is
// committed; one that doesn't answer is given up, and will ask.
void Raft::part_with_leavers(Instant now) {
  auto& leader = std::get<Leader>(role_);
  std::erase_if(leader.peers, [&](const auto& peer) {
    const auto& [id, progress] = peer;
    if (configuration().find(id)) return false;
    if (progress.match < log_.configuration_index())
      return now - progress.heard >= config_.tuning.election_max;
    send(id, Heartbeat{hard_.term, leader.round, std::min(commit_, progress.match)});
    return true;
  });
}

bool Raft::change_is_under_way() const {
  return log_.configuration_index() > commit_ || configuration().is_joint();
}

base::Status Raft::change(Instant now, const Change& change) {
  if (!is_leader()) return base::Error{"this server does not lead"};
  if (!takes_proposals()) return base::Error{"leadership is being handed over; try again"};
  // Without it two leaders' changes could each find a majority that knows nothing of the other's (Ongaro
  // §4.1, as corrected in 2015).
  if (!commit_is_current()) return base::Error{"the leader is new and has committed nothing yet; try again"};
  if (change_is_under_way()) return base::Error{"another change of the members is under way; try again"};
  auto next = changed(configuration(), change);
  if (!next) return next.failure();
  if (next.value() == configuration()) return base::Done{};
  if (!would_answer(now, settled(next.value())))
    return base::Error{"too few of the servers that would vote answer: the cluster would stand still"};
  propose_configuration(now, std::move(next).value());
  return base::Done{};
}

bool Raft::would_answer(Instant now, const Configuration& after) const {
  const auto& peers = std::get<Leader>(role_).peers;
  return is_quorum(after, [&](NodeId id) {
    const auto peer = peers.find(id);
    return id == config_.self ||
           (peer != peers.end() && now - peer->second.heard < config_.tuning.election_min);
  });
}

void Raft::propose_configuration(Instant now, Configuration configuration) {
  ++counters_.configurations_proposed;
  propose(now, std::move(configuration));
  sync_peers(now);
}

// Also finishes what a former leader has begun.
void Raft::follow_change(Instant now) {
  if (log_.configuration_index() > commit_ || !commit_is_current()) return;
  if (configuration().is_joint()) {
    if (takes_proposals()) propose_configuration(now, settled(configuration()));
    return;
  }
  part_with_leavers(now);
  if (configuration().is_voter(config_.self)) return promote_learners(now);
  // Removed, and known to be: the others need not wait out a time-out (Ongaro §4.2.2).
  if (const NodeId next = furthest_voter()) send(next, TimeoutNow{hard_.term});
  become_follower(now, std::nullopt);
}

void Raft::promote_learners(Instant now) {
  const auto& peers = std::get<Leader>(role_).peers;
  for (const auto& member : configuration().members) {
    if (member.suffrage != Suffrage::learner || !member.promote || !takes_proposals()) continue;
    const auto& progress = peers.at(member.id);
    const bool alive = now - progress.heard < config_.tuning.election_min;
    if (!alive || progress.match.value + kCaughtUpWithin < commit_.value || !progress.match) continue;
    Change promotion;
    promotion.promote.push_back(member.id);
    // Refused where the cluster could stand still by it: then later.
    if (change(now, promotion).ok()) return;
  }
}

NodeId Raft::furthest_voter() const {
  NodeId best;
  Index reached;
  for (const auto& [id, progress] : std::get<Leader>(role_).peers) {
    const Member* member = configuration().find(id);
    if (!member || member->suffrage != Suffrage::voter) continue;
    if (best && progress.match <= reached) continue;
    best = id;
    reached = progress.match;
  }
  return best;
}

base::Status Raft::transfer(Instant now, NodeId to) {
  auto* leader = std::get_if<Leader>(&role_);
  if (!leader) return base::Error{"this server does not lead"};
  if (leader->transfer) return base::Error{"leadership is being handed over already"};
  if (to == config_.self) return base::Done{};
  if (!to) to = furthest_voter();
  if (!to) return base::Error{"there is no other voter"};
  const Member* member = configuration().find(to);
  if (!member || member->suffrage != Suffrage::voter) {
    return base::Error{"server " + std::to_string(to.value) + " is no voter"};
  }
  ++counters_.transfers_begun;
  leader->transfer = Transfer{to, now + config_.tuning.election_max};
  return base::Done{};
}

std::optional<NodeId> Raft::transfer_target() const {
  const auto* leader = std::get_if<Leader>(&role_);
  return leader && leader->transfer ? std::optional(leader->transfer->to) : std::nullopt;
}

// Once the target holds everything it can win (Ongaro §3.10).
void Raft::follow_transfer(Instant now) {
  auto& leader = std::get<Leader>(role_);
  if (!leader.transfer) return;
  if (now >= leader.transfer->deadline) {
    ++counters_.transfers_given_up;
    leader.transfer.reset();
    return;
  }
  const auto peer = leader.peers.find(leader.transfer->to);
  if (leader.transfer->sent || peer == leader.peers.end()) return;
  if (peer->second.match != log_.last_index()) return;
  send(leader.transfer->to, TimeoutNow{hard_.term});
  leader.transfer->sent = true;
  leader.lease_is_void = true;
}

}  // namespace raft
