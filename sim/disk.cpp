#include "sim/disk.hpp"

#include <utility>

#include "core/base/check.hpp"
#include "sim/memory_disk.hpp"
#include "sim/sqlite_disk.hpp"

namespace sim {

namespace {

constexpr std::int64_t kSlowness = 20;

}  // namespace

Disk::Disk(Made made) : made_(std::move(made)) {}

void Disk::write(raft::Write write) {
  waiting_.push_back(std::move(write));
  if (syncing_.empty()) start_sync();
}

void Disk::start_sync() {
  syncing_ = std::exchange(waiting_, {});
  auto latency = made_.faults.latency_ns.sample(made_.draws);
  if (troubles_.slow > 0) {
    latency *= kSlowness;
    count(made_.coverage, "slow_syncs");
  }
  made_.queue.push(made_.queue.now() + Duration(latency),
                   {.kind = EventKind::disk_done, .actor = made_.place, .epoch = epoch_});
}

Disk::Done Disk::done() {
  CHECK(!syncing_.empty());
  Done done;
  done.failure = commit(syncing_);
  if (done.failure) return done;
  done.durable = syncing_.back().id;
  for (const auto& write : std::exchange(syncing_, {})) kept_.carry_out(write);
  done.failure = checkpoint();
  if (!done.failure && !waiting_.empty()) start_sync();
  return done;
}

std::variant<raft::Recovered, store::Failure> Disk::recover(std::uint32_t epoch) {
  CHECK(syncing_.empty() && waiting_.empty());
  flaw_.reset();
  epoch_ = epoch;
  return open();
}

void Disk::settle(std::size_t found) {
  for (std::size_t i = 0; i < found; ++i) kept_.carry_out(maybe_[i]);
  if (found < maybe_.size()) count(made_.coverage, "writes_lost", maybe_.size() - found);
  maybe_.clear();
  kept_.drop_staged();
}

std::unique_ptr<Disk> make_disk(StoreKind kind, Disk::Made made) {
  switch (kind) {
    case StoreKind::memory:
      return std::make_unique<MemoryDisk>(std::move(made));
    case StoreKind::sqlite:
      return std::make_unique<SqliteDisk>(std::move(made));
  }
  CHECK(false);
  return nullptr;
}

}  // namespace sim
