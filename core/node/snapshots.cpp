// Snapshots: this server's own, written while it goes on working; those it sends; those it is sent.
#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/node/node.hpp"

namespace node {
namespace {

// Of a machine that is over, elements taken apart in one step.
constexpr std::size_t kShedAtOnce = 4096;

// A frozen machine as Raft sends it.
class SentImage final : public raft::Image {
 public:
  SentImage(lock::Machine frozen, std::size_t piece_bytes)
      : image_(std::move(frozen)), piece_bytes_(piece_bytes) {}

  raft::Piece piece(const std::string& cursor) const override {
    auto piece = image_.piece(cursor, piece_bytes_);
    return {base::Bytes(std::move(piece.bytes)), std::move(piece.next)};
  }

 private:
  lock::Image image_;
  std::size_t piece_bytes_;
};

}  // namespace

void Node::receive(Instant now, const Received& received) {
  raft_.receive(now, received.from, received.message);
  const auto piece = raft_.take_piece();
  if (!raft_.receives_snapshot()) arriving_.reset();
  if (!piece) return;
  // What was being staged on the disk is dropped there by the first piece.
  stop_saving();
  if (piece->number == 0) arriving_.emplace(config_.limits);
  CHECK(arriving_);
  if (const auto fed = arriving_->feed(piece->bytes.view()); !fed) {
    effects_.notes.push_back(SnapshotRefused{fed.error()});
    return raft_.refuse_snapshot();
  }
  if (!piece->last) return;
  auto machine = arriving_->finish();
  arriving_.reset();
  if (!machine.ok()) {
    effects_.notes.push_back(SnapshotRefused{machine.error()});
    return raft_.refuse_snapshot();
  }
  install(*piece->last, std::move(machine).value());
}

void Node::install(const raft::SnapshotMeta& meta, lock::Machine machine) {
  // What this server had proposed as a leader was answered when it stopped leading.
  raft_.install_snapshot();
  discard(std::exchange(machine_, std::move(machine)));
  applied_ = meta.at.index;
  applied_bytes_ = 0;
  saved_.reset();
  effects_.notes.push_back(SnapshotInstalled{meta});
  // Of what changed meanwhile nothing is known but how it stands now.
  std::vector<std::string> names;
  for (const auto& [name, waits] : awaited_) names.push_back(name);
  for (const auto& name : names) answer_waits(name);
  // Nor what happened to the watched: the leader may still know it.
  bounce_watches();
  watches_.begin(applied_.value);
}

bool Node::snapshot_is_due() const {
  const auto since = applied_.value - raft_.log().snapshot().at.index.value;
  if (since == 0) return false;
  const bool asked = std::any_of(admin_.begin(), admin_.end(), [](const Asking& asking) {
    return std::holds_alternative<lock::TakeSnapshot>(asking.request) && !asking.begun;
  });
  return asked || since >= config_.snapshots.entries || applied_bytes_ >= config_.snapshots.bytes;
}

void Node::start_saving() {
  saving_.emplace(Saving{lock::Image(machine_), applied_, 0, {}, 0});
  applied_bytes_ = 0;
}

// One piece a step, and no more than the disk keeps up with: what else is to be written waits for one piece
// at most.
void Node::save_piece() {
  if (raft_.receives_snapshot()) return;
  if (!saving_ && !saved_ && snapshot_is_due()) start_saving();
  if (!saving_ || raft_.writes_under_way() >= 2) return;
  auto piece = saving_->image.piece(saving_->cursor, config_.snapshots.piece_bytes);
  saving_->bytes += piece.bytes.size();
  base::Bytes bytes(std::move(piece.bytes));
  if (!piece.next.empty()) {
    raft_.save_piece(saving_->number++, std::move(bytes));
    saving_->cursor = std::move(piece.next);
    return;
  }
  raft_.save_last_piece(saving_->number, std::move(bytes), saving_->at, keep_from());
  saved_ = Saved{raft::WriteId(0), raft_.log().snapshot(), saving_->bytes};
  stop_saving();
}

raft::Index Node::keep_from() const {
  const auto& log = raft_.log();
  raft::Index from = saving_->at.next();
  std::uint64_t entries = 0, bytes = 0;
  while (from > log.first_index() && entries < config_.snapshots.keep_entries) {
    const auto* command = std::get_if<raft::Command>(&log.at(from.previous()).payload);
    bytes += command ? command->bytes.size() : 0;
    if (bytes > config_.snapshots.keep_bytes) break;
    from = from.previous();
    ++entries;
  }
  return from;
}

void Node::saved(raft::WriteId durable) {
  if (!saved_ || !saved_->write || saved_->write > durable) return;
  ++counters_.snapshots_saved;
  counters_.snapshot_bytes = saved_->bytes;
  effects_.notes.push_back(SnapshotSaved{saved_->meta, saved_->bytes});
  for (auto& asking : admin_) asking.begun |= std::holds_alternative<lock::TakeSnapshot>(asking.request);
  saved_.reset();
}

void Node::stop_saving() {
  if (saving_) discard(saving_->image.machine());
  saving_.reset();
}

void Node::discard(lock::Machine machine) {
  discarded_.push_back(std::move(machine));
}

void Node::shed_some() {
  if (!discarded_.empty() && discarded_.back().shed(kShedAtOnce)) discarded_.pop_back();
}

void Node::offer_snapshot(Instant now) {
  if (!raft_.wants_snapshot() || applied_ < raft_.log().snapshot().at.index) return;
  raft_.offer_snapshot(now, applied_,
                       std::make_shared<const SentImage>(machine_, config_.snapshots.piece_bytes));
}

}  // namespace node
