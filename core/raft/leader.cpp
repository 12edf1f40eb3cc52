// Replication, commit and reads: Raft §5.3, §5.4.2, §8; Ongaro §6.4, §10.2.1.
#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/raft/raft.hpp"

namespace raft {
namespace {

std::size_t size_of(const Entry& entry) {
  const auto* command = std::get_if<Command>(&entry.payload);
  return 32 + (command ? command->bytes.size() : 0);
}

// The largest value that a quorum has reached: this server with `own`, each peer with its member `reached`.
// By counting: a cluster is small, and this happens at every acknowledgement.
template <class T>
T reached_by_quorum(const std::map<NodeId, Progress>& peers, T own, T Progress::*reached) {
  const auto reached_by_many = [&](T value) {
    std::size_t count = own >= value ? 1 : 0;
    for (const auto& [peer, progress] : peers) count += progress.*reached >= value ? 1 : 0;
    return count > (peers.size() + 1) / 2;
  };
  T best = reached_by_many(own) ? own : T();
  for (const auto& [peer, progress] : peers) {
    if (progress.*reached > best && reached_by_many(progress.*reached)) best = progress.*reached;
  }
  return best;
}

}  // namespace

void Raft::replicate_all() {
  for (auto& [peer, progress] : std::get<Leader>(role_).peers) replicate(peer, progress);
}

void Raft::replicate(NodeId peer, Progress& progress) {
  if (progress.probing) {
    if (progress.probe_sent) return;
    send_append(peer, progress);
    progress.probe_sent = true;
    return;
  }
  while (progress.next <= log_.last_index() &&
         progress.inflight.size() < config_.tuning.inflight_messages_max) {
    const Index last = send_append(peer, progress);
    progress.inflight.push_back(last);
    progress.next = last.next();
  }
}

Index Raft::send_append(NodeId peer, const Progress& progress) {
  const Index previous = progress.next.previous();
  const auto term = log_.term_at(previous);
  CHECK(term);
  Append append{hard_.term, {previous, *term}, commit_, {}};
  std::size_t bytes = 0;
  Index last = previous;
  while (last < log_.last_index() && append.entries.size() < config_.tuning.append_entries_max) {
    const Entry& entry = log_.at(last.next());
    bytes += size_of(entry);
    if (!append.entries.empty() && bytes > config_.tuning.append_bytes_max) break;
    append.entries.push_back(entry);
    last = last.next();
  }
  send(peer, std::move(append));
  return last;
}

// Acknowledgements may arrive in any order: what is known to match only grows.
void Raft::acknowledge(Progress& progress, Index match) {
  progress.match = std::max(progress.match, match);
  progress.next = std::max(progress.next, progress.match.next());
  while (!progress.inflight.empty() && progress.inflight.front() <= progress.match)
    progress.inflight.pop_front();
  if (progress.match > commit_) advance_commit();
}

void Raft::advance_commit() {
  const auto& leader = std::get<Leader>(role_);
  // The leader is a disk like any other (Ongaro §10.2.1).
  const Index reached = reached_by_quorum(leader.peers, log_.durable_index(), &Progress::match);
  // Only entries of its own term are committed by counting (Raft §5.4.2, figure 8).
  if (reached > commit_ && log_.term_at(reached) == hard_.term) commit_ = reached;
}

void Raft::start_round(Instant now) {
  auto& leader = std::get<Leader>(role_);
  leader.round = leader.round.next();
  leader.next_heartbeat = now + config_.tuning.heartbeat;
  for (auto& [peer, progress] : leader.peers) {
    // One at a time: where answers take longer than a round, the newest round's never comes.
    if (!progress.probing && progress.round >= progress.sounding) {
      progress.sounding = leader.round;
      progress.sent_before_sounding = progress.next.previous();
    }
    send(peer, Heartbeat{hard_.term, leader.round, std::min(commit_, progress.match)});
  }
  if (!commit_is_current()) return;
  for (auto& read : leader.reads) {
    if (!read.round) read = {read.id, commit_, leader.round};
  }
}

Round Raft::confirmed_round() const {
  const auto& leader = std::get<Leader>(role_);
  return reached_by_quorum(leader.peers, leader.round, &Progress::round);
}

void Raft::confirm_reads() {
  auto& leader = std::get<Leader>(role_);
  if (leader.reads.empty()) return;
  const Round confirmed = confirmed_round();
  std::erase_if(leader.reads, [&](const PendingRead& read) {
    if (!read.round || read.round > confirmed) return false;
    output_.reads_ready.push_back({read.id, read.index});
    return true;
  });
}

// A leader that no quorum answers may have been replaced: it stops (Ongaro §6.2).
void Raft::check_quorum(Instant now) {
  const auto& leader = std::get<Leader>(role_);
  std::size_t alive = 1;
  for (const auto& [peer, progress] : leader.peers) {
    if (now - progress.heard < config_.tuning.election_min) ++alive;
  }
  if (!is_quorum(alive)) become_follower(now, std::nullopt);
}

Progress* Raft::answered(Instant now, NodeId from, Term term) {
  auto* leader = std::get_if<Leader>(&role_);
  if (!leader || term != hard_.term) return nullptr;
  auto& progress = leader->peers.at(from);
  progress.heard = now;
  return &progress;
}

void Raft::on(Instant now, NodeId from, const AppendAccepted& m) {
  Progress* progress = answered(now, from, m.term);
  if (!progress || m.match > log_.last_index()) return;
  if (progress->probing) {
    progress->probing = progress->probe_sent = false;
    progress->next = progress->match.next();
  }
  acknowledge(*progress, m.match);
}

void Raft::on(Instant now, NodeId from, const AppendRejected& m) {
  Progress* progress = answered(now, from, m.term);
  if (!progress || m.previous <= progress->match) return;
  if (progress->probing) {
    if (m.previous != progress->next.previous()) return;  // of an earlier probe
    const Index common = log_.last_at_most(m.hint.index, m.hint.term).index;
    progress->next = std::max(progress->match, std::min(common, m.previous.previous())).next();
    progress->probe_sent = false;
  } else {
    probe_from(*progress, progress->match);
  }
}

void Raft::on(Instant now, NodeId from, const HeartbeatReply& m) {
  Progress* progress = answered(now, from, m.term);
  if (!progress || m.matched > log_.last_index() || m.durable > m.matched) return;
  if (m.round > std::get<Leader>(role_).round) return;
  progress->round = std::max(progress->round, m.round);
  acknowledge(*progress, m.durable);
  if (progress->probing && m.matched >= progress->next.previous()) {
    // The place is found; the probe's own answer only waits for the disk there.
    progress->probing = progress->probe_sent = false;
    progress->next = m.matched.next();
  } else if (progress->probing) {
    progress->probe_sent = false;  // it may have been lost
  } else if (m.round >= progress->sounding && m.matched < progress->sent_before_sounding) {
    // What was sent before the heartbeat did not arrive before it.
    probe_from(*progress, std::max(m.matched, progress->match));
  }
}

void Raft::probe_from(Progress& progress, Index common) {
  progress.probing = true;
  progress.probe_sent = false;
  progress.next = common.next();
  progress.inflight.clear();
  progress.sent_before_sounding = Index(0);
}

}  // namespace raft
