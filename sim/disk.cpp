#include "sim/disk.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/check.hpp"

namespace sim {

Disk::Disk(Queue& queue, Place place, Distribution latency, base::Random random)
    : queue_(queue), place_(place), latency_(std::move(latency)), random_(random) {}

void Disk::write(raft::Write write) {
  waiting_.push_back(std::move(write));
  if (syncing_.empty()) start_sync();
}

void Disk::start_sync() {
  syncing_ = std::exchange(waiting_, {});
  queue_.push(queue_.now() + Duration(latency_.sample(random_)),
              {.kind = EventKind::disk_done, .actor = place_, .epoch = epoch_});
}

raft::WriteId Disk::done() {
  CHECK(!syncing_.empty());
  const auto last = syncing_.back().id;
  for (auto& write : syncing_) keep(std::move(write));
  syncing_.clear();
  if (!waiting_.empty()) start_sync();
  return last;
}

std::size_t Disk::crash() {
  std::vector<raft::Write> unsynced = std::exchange(syncing_, {});
  unsynced.insert(unsynced.end(), std::make_move_iterator(waiting_.begin()),
                  std::make_move_iterator(waiting_.end()));
  waiting_.clear();
  std::size_t survivors = 0;
  while (survivors < unsynced.size() && random_.below(2) == 0) keep(std::move(unsynced[survivors++]));
  return unsynced.size() - survivors;
}

void Disk::format(raft::Recovered found) {
  CHECK(syncing_.empty() && waiting_.empty());
  first_ = found.entries.empty() ? found.snapshot.at.index.next() : found.entries.front().at.index;
  kept_ = std::move(found);
  staged_.clear();
}

raft::Recovered Disk::recover(std::uint32_t epoch) {
  CHECK(syncing_.empty() && waiting_.empty());
  epoch_ = epoch;
  return kept_;
}

void Disk::keep(raft::Write write) {
  for (auto& part : write.parts) stage(std::move(part));
  if (write.truncate_from) truncate(*write.truncate_from);
  if (write.compact_to) compact(*write.compact_to);
  for (auto& entry : write.entries) {
    CHECK(entry.at.index == next_index());
    kept_.entries.push_back(std::move(entry));
  }
  if (write.hard_state) kept_.hard_state = *write.hard_state;
  // No hole between what the snapshot stands for and the log.
  CHECK(first_ <= kept_.snapshot.at.index.next());
}

void Disk::stage(raft::SnapshotPart part) {
  if (part.number == 0) staged_.clear();
  CHECK(part.number == staged_.size());
  staged_.push_back(std::move(part.bytes));
  if (!part.completes) return;
  kept_.snapshot = std::move(*part.completes);
  kept_.pieces = std::exchange(staged_, {});
}

void Disk::truncate(raft::Index from) {
  CHECK(from >= first_);
  if (from < next_index()) kept_.entries.resize(from.value - first_.value);
}

void Disk::compact(raft::Index to) {
  if (to < first_) return;
  const auto gone = std::min(kept_.entries.size(), to.value - first_.value + 1);
  kept_.entries.erase(kept_.entries.begin(), kept_.entries.begin() + static_cast<std::ptrdiff_t>(gone));
  first_ = to.next();
}

}  // namespace sim
