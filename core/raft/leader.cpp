// Replication and commit: Raft §5.3, §5.4.2; Ongaro §6.2, §10.2.1.
#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/base/overload.hpp"
#include "core/raft/quorum.hpp"
#include "core/raft/raft.hpp"

namespace raft {
namespace {

std::uint64_t size_of(const Entry& entry) {
  const auto* command = std::get_if<Command>(&entry.payload);
  return 32 + (command ? command->bytes.size() : 0);
}

// What was sent ahead is forgotten; the place where the logs agree is looked for from `common`.
void probe_from(Progress& progress, Index common) {
  progress.stage = Probing{};
  progress.next = common.next();
}

}  // namespace

void Raft::replicate_all(Instant now) {
  for (auto& [peer, progress] : std::get<Leader>(role_).peers) replicate(now, peer, progress);
}

void Raft::replicate(Instant now, NodeId peer, Progress& progress) {
  if (auto* installing = std::get_if<Installing>(&progress.stage)) return send_pieces(now, peer, *installing);
  // What comes before it is no longer here: a snapshot is wanted.
  if (!log_.reaches_back_to(progress.next)) return;
  if (auto* probing = std::get_if<Probing>(&progress.stage)) {
    if (!std::exchange(probing->sent, true)) send_append(peer, progress);
    return;
  }
  auto& replicating = std::get<Replicating>(progress.stage);
  const auto& tuning = config_.tuning;
  while (progress.next <= log_.last_index() && replicating.inflight.size() < tuning.inflight_messages_max &&
         replicating.inflight_bytes < tuning.inflight_bytes_max) {
    const auto sent = send_append(peer, progress);
    replicating.inflight.push_back(sent);
    replicating.inflight_bytes += sent.bytes;
    progress.next = sent.last.next();
  }
}

Replicating::Sent Raft::send_append(NodeId peer, const Progress& progress) {
  const Index previous = progress.next.previous();
  const auto term = log_.term_at(previous);
  CHECK(term);
  Append append{hard_.term, {previous, *term}, commit_, {}};
  Replicating::Sent sent{previous, 0};
  while (sent.last < log_.last_index() && append.entries.size() < config_.tuning.append_entries_max) {
    const Entry& entry = log_.at(sent.last.next());
    const auto bytes = sent.bytes + size_of(entry);
    if (!append.entries.empty() && bytes > config_.tuning.append_bytes_max) break;
    append.entries.push_back(entry);
    sent = {entry.at.index, bytes};
  }
  ++counters_.appends_sent;
  counters_.append_entries.add(append.entries.size());
  counters_.append_bytes.add(sent.bytes);
  send(peer, std::move(append));
  return sent;
}

// Acknowledgements may arrive in any order: what is known to match only grows.
void Raft::acknowledge(Progress& progress, Index match) {
  progress.match = std::max(progress.match, match);
  progress.next = std::max(progress.next, progress.match.next());
  auto* replicating = std::get_if<Replicating>(&progress.stage);
  if (!replicating) return;
  auto& inflight = replicating->inflight;
  for (; !inflight.empty() && inflight.front().last <= progress.match; inflight.pop_front())
    replicating->inflight_bytes -= inflight.front().bytes;
}

void Raft::advance_commit() {
  const auto& leader = std::get<Leader>(role_);
  // The leader is a disk like any other (Ongaro §10.2.1), unless it is on its way out of the cluster.
  const Index reached = reached_by_quorum(configuration(), [&](NodeId id) {
    if (id == config_.self) return log_.durable_index();
    const auto peer = leader.peers.find(id);
    return peer == leader.peers.end() ? Index(0) : peer->second.match;
  });
  // Only entries of its own term are committed by counting (Raft §5.4.2, figure 8).
  if (reached > commit_ && log_.term_at(reached) == hard_.term) commit_ = reached;
}

void Raft::start_round(Instant now) {
  auto& leader = std::get<Leader>(role_);
  leader.round = leader.round.next();
  leader.rounds.emplace_back(leader.round, now);
  leader.next_heartbeat = now + config_.tuning.heartbeat;
  for (auto& [peer, progress] : leader.peers) {
    auto* replicating = std::get_if<Replicating>(&progress.stage);
    // One at a time: where answers take longer than a round, the newest round's never comes.
    if (replicating && progress.round >= replicating->sounding) {
      replicating->sounding = leader.round;
      replicating->sent_before_sounding = progress.next.previous();
    }
    send(peer, Heartbeat{hard_.term, leader.round, std::min(commit_, progress.match)});
  }
  if (!commit_is_current()) return;
  std::uint64_t reads = 0;
  for (auto& read : leader.reads) {
    if (read.round) continue;
    read.index = commit_;
    read.round = leader.round;
    ++reads;
  }
  if (reads != 0) counters_.reads_per_round.add(reads);
}

// A leader that no quorum answers may have been replaced: it stops (Ongaro §6.2).
void Raft::check_quorum(Instant now) {
  const auto& leader = std::get<Leader>(role_);
  const bool heard = is_quorum(configuration(), [&](NodeId id) {
    const auto peer = leader.peers.find(id);
    return id == config_.self ||
           (peer != leader.peers.end() && now - peer->second.heard < config_.tuning.election_min);
  });
  if (heard) return;
  ++counters_.quorum_lost;
  become_follower(now, std::nullopt);
}

Progress* Raft::answered(Instant now, NodeId from, Term term) {
  auto* leader = std::get_if<Leader>(&role_);
  if (!leader || term != hard_.term) return nullptr;
  const auto peer = leader->peers.find(from);
  if (peer == leader->peers.end()) return nullptr;
  peer->second.heard = now;
  return &peer->second;
}

void Raft::on(Instant now, NodeId from, const AppendAccepted& m) {
  Progress* progress = answered(now, from, m.term);
  if (!progress || m.match > log_.last_index()) return;
  const auto* installing = std::get_if<Installing>(&progress->stage);
  const bool installed = installing && m.match >= installing->meta.at.index;
  if (std::holds_alternative<Probing>(progress->stage) || installed) {
    progress->stage = Replicating{};
    progress->next = std::max(progress->match, m.match).next();
  }
  acknowledge(*progress, m.match);
  if (progress->match > commit_) advance_commit();
}

void Raft::on(Instant now, NodeId from, const AppendRejected& m) {
  Progress* progress = answered(now, from, m.term);
  if (!progress || m.previous <= progress->match) return;
  ++counters_.appends_rejected;
  std::visit(base::Overload{
                 [&](Probing& probing) {
                   if (m.previous != progress->next.previous()) return;  // of an earlier probe
                   const auto common = log_.last_at_most(m.hint.index, m.hint.term).value_or(Position{});
                   const Index back = std::min(common.index, m.previous.previous());
                   progress->next = std::max(progress->match, back).next();
                   probing.sent = false;
                 },
                 [&](Replicating&) { probe_from(*progress, progress->match); },
                 [](Installing&) {},
             },
             progress->stage);
}

void Raft::on(Instant now, NodeId from, const HeartbeatReply& m) {
  Progress* progress = answered(now, from, m.term);
  if (!progress || m.matched > log_.last_index() || m.durable > m.matched) return;
  auto& leader = std::get<Leader>(role_);
  if (!m.round || m.round > leader.round) return;
  note_round_trip(now, m.round);
  progress->round = std::max(progress->round, m.round);
  if (const auto* installing = std::get_if<Installing>(&progress->stage)) {
    if (m.durable >= installing->meta.at.index) probe_from(*progress, m.durable);
  }
  acknowledge(*progress, m.durable);
  if (progress->match > commit_) advance_commit();
  if (auto* probing = std::get_if<Probing>(&progress->stage)) {
    probing->sent = false;  // it may have been lost
    if (m.matched < progress->next.previous()) return;
    // The place is found; the probe's own answer only waits for the disk there.
    progress->next = m.matched.next();
    progress->stage = Replicating{};
  } else if (const auto* replicating = std::get_if<Replicating>(&progress->stage)) {
    if (m.round < replicating->sounding || m.matched >= replicating->sent_before_sounding) return;
    // What was sent before the heartbeat did not arrive before it.
    ++counters_.probes_restarted;
    probe_from(*progress, std::max(m.matched, progress->match));
  }
}

void Raft::note_round_trip(Instant now, Round round) {
  const auto& rounds = std::get<Leader>(role_).rounds;
  const auto at = std::find_if(rounds.begin(), rounds.end(), [&](const auto& r) { return r.first == round; });
  if (at == rounds.end() || now < at->second) return;
  counters_.round_trip_ns.add(static_cast<std::uint64_t>((now - at->second).count()));
}

}  // namespace raft
