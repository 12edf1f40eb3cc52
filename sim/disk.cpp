#include "sim/disk.hpp"

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

raft::Recovered Disk::recover(std::uint32_t epoch) {
  CHECK(syncing_.empty() && waiting_.empty());
  epoch_ = epoch;
  return kept_;
}

void Disk::keep(raft::Write write) {
  if (write.hard_state) kept_.hard_state = *write.hard_state;
  auto& entries = kept_.entries;
  if (write.truncate_from) {
    CHECK(write.truncate_from->value >= 1 && write.truncate_from->value <= entries.size() + 1);
    entries.resize(write.truncate_from->value - 1);
  }
  for (auto& entry : write.entries) {
    CHECK(entry.at.index.value == entries.size() + 1);
    entries.push_back(std::move(entry));
  }
}

}  // namespace sim
