// Snapshots: of this server's own state for its disk, to peers that lag behind the log, and from a leader.
// Raft §7; Ongaro ch. 5.
#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/raft/raft.hpp"

namespace raft {

// What comes next for it is no longer kept; or would not be, once it had what it is being sent and has not
// answered a piece of.
bool Raft::wants_snapshot(const Progress& progress) const {
  const auto* installing = std::get_if<Installing>(&progress.stage);
  const bool begun =
      installing && (installing->unanswered.empty() || installing->unanswered.front().number > 0);
  return !begun && !log_.reaches_back_to(progress.next);
}

bool Raft::wants_snapshot() const {
  const auto* leader = std::get_if<Leader>(&role_);
  return leader && std::any_of(leader->peers.begin(), leader->peers.end(),
                               [&](const auto& peer) { return wants_snapshot(peer.second); });
}

void Raft::offer_snapshot(Instant now, Index applied, std::shared_ptr<const Image> image) {
  CHECK(applied <= commit_);
  const auto meta = log_.meta_at(applied);
  for (auto& [peer, progress] : std::get<Leader>(role_).peers) {
    if (!wants_snapshot(progress)) continue;
    ++counters_.snapshots_offered;
    Installing installing;
    installing.meta = meta;
    installing.image = image;
    installing.progressed = now;
    progress.stage = std::move(installing);
    // After a snapshot, what is sent next follows from the one that was sent.
    progress.next = applied.next();
  }
}

void Raft::send_pieces(Instant now, NodeId peer, Installing& installing) {
  if (!installing.unanswered.empty() && now - installing.progressed >= config_.tuning.election_max) {
    counters_.pieces_sent_again += installing.unanswered.size();
    installing.next = installing.forgotten ? Installing::Sent{} : installing.unanswered.front();
    installing.forgotten = false;
    installing.unanswered.clear();
    installing.progressed = now;
  }
  while (installing.next && installing.unanswered.size() < config_.tuning.inflight_pieces_max) {
    const auto [number, cursor] = *installing.next;
    auto piece = installing.image->piece(cursor);
    const bool last = piece.next.empty();
    send(peer, InstallSnapshot{hard_.term, installing.meta, number, last, std::move(piece.bytes)});
    ++counters_.pieces_sent;
    installing.unanswered.push_back(std::move(*installing.next));
    installing.next.reset();
    if (!last) installing.next = Installing::Sent{number + 1, std::move(piece.next)};
  }
}

void Raft::on(Instant now, NodeId from, const PieceAccepted& m) {
  Progress* progress = answered(now, from, m.term);
  auto* installing = progress ? std::get_if<Installing>(&progress->stage) : nullptr;
  if (!installing || m.snapshot != installing->meta.at) return;
  auto& unanswered = installing->unanswered;
  if (unanswered.empty() || m.next <= unanswered.front().number) {
    // An old answer, or that of one who has lost what it had: time will tell.
    installing->forgotten |= !unanswered.empty() && m.next < unanswered.front().number;
    return;
  }
  installing->progressed = now;
  installing->forgotten = false;
  // The last piece has an answer of its own.
  while (unanswered.size() > (installing->next ? 0u : 1u) && unanswered.front().number < m.next)
    unanswered.pop_front();
}

void Raft::on(Instant now, NodeId from, const InstallSnapshot& m) {
  if (!m.meta.at.index || m.meta.at.term > m.term || m.meta.stamp < log_.snapshot().stamp ||
      !is_sound(m.meta.configuration))
    return;
  if (m.term < hard_.term) return send(from, PieceAccepted{hard_.term, Position{}, 0});
  Follower* follower = follow(now, from);
  if (!follower) return;
  // It is late, or the log holds all of it: entries inside a snapshot match by definition.
  if (m.meta.at.index <= commit_ || log_.holds(m.meta.at)) {
    follower->receiving.reset();
    follower->matched = std::max(follower->matched, m.meta.at.index);
    commit_ = std::max(commit_, m.meta.at.index);
    return send_vouching(from, AppendAccepted{hard_.term, m.meta.at.index}, m.meta.at.index);
  }
  if (m.number == 0 && (!follower->receiving || follower->receiving->meta != m.meta))
    follower->receiving = Receiving{m.meta, 0};
  if (!follower->receiving || follower->receiving->meta != m.meta)
    return send(from, PieceAccepted{hard_.term, m.meta.at, 0});
  auto& next = follower->receiving->next;
  if (m.number != next) return send(from, PieceAccepted{hard_.term, m.meta.at, next});
  ++next;
  ++counters_.pieces_received;
  CHECK(!piece_ && !whole_);
  piece_ = ArrivedPiece{m.number, m.bytes, m.last ? std::optional(m.meta) : std::nullopt};
  if (m.last) return;
  parts_.push_back({m.number, m.bytes, std::nullopt});
  send_after_write(from, PieceAccepted{hard_.term, m.meta.at, next});
}

std::optional<ArrivedPiece> Raft::take_piece() {
  auto piece = std::exchange(piece_, std::nullopt);
  if (piece && piece->last) whole_ = piece;
  return piece;
}

void Raft::install_snapshot() {
  auto* follower = std::get_if<Follower>(&role_);
  CHECK(follower && follower->receiving && whole_ && whole_->last == follower->receiving->meta);
  const SnapshotMeta& meta = *whole_->last;
  CHECK(meta.at.index > commit_);
  log_.install(meta);
  commit_ = follower->matched = meta.at.index;
  ++counters_.snapshots_installed;
  send_vouching(*follower->leader, AppendAccepted{hard_.term, commit_}, commit_);
  parts_.push_back({whole_->number, whole_->bytes, meta});
  follower->receiving.reset();
  whole_.reset();
}

void Raft::refuse_snapshot() {
  auto* follower = std::get_if<Follower>(&role_);
  CHECK(follower && follower->receiving);
  ++counters_.snapshots_refused;
  follower->receiving.reset();
  piece_.reset();
  whole_.reset();
}

void Raft::save_piece(std::uint64_t number, base::Bytes bytes) {
  CHECK(!receives_snapshot());
  parts_.push_back({number, std::move(bytes), std::nullopt});
}

void Raft::save_last_piece(std::uint64_t number, base::Bytes bytes, Index at, Index keep_from) {
  CHECK(!receives_snapshot() && at <= commit_);
  const auto meta = log_.meta_at(at);
  parts_.push_back({number, std::move(bytes), meta});
  log_.compact(meta, std::max(log_.first_index(), keep_from));
}

}  // namespace raft
