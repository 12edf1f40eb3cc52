#include "sim/memory_disk.hpp"

#include <iterator>

namespace sim {

namespace {

store::Failure failure(const char* what) {
  return {store::Fault::disk, what};
}

}  // namespace

void MemoryDisk::end(End how) {
  maybe_.insert(maybe_.end(), syncing_.begin(), syncing_.end());
  // Of a store that has failed nothing more is asked.
  if (how != End::failed) maybe_.insert(maybe_.end(), waiting_.begin(), waiting_.end());
  syncing_.clear();
  waiting_.clear();
  if (how != End::failed) lose_some();
  if (how == End::power_lost) has_mark_ = false;
}

void MemoryDisk::power_cycle() {
  lose_some();
  has_mark_ = false;
}

void MemoryDisk::lose_some() {
  std::size_t survivors = 0;
  for (; survivors < maybe_.size(); ++survivors) {
    const bool lost = made_.draws.chance(made_.faults.lost, FaultSite::lost);
    if (lost || troubles_.lost > 0) break;
  }
  settle(survivors);
}

void MemoryDisk::format(const store::Identity&, const raft::Configuration& initial) {
  clear();
  raft::Recovered found;
  found.snapshot.configuration = initial;
  kept_ = Kept(std::move(found));
}

void MemoryDisk::clear() {
  syncing_.clear();
  waiting_.clear();
  maybe_.clear();
  kept_ = Kept();
  has_mark_ = is_rotten_ = false;
}

std::optional<store::Failure> MemoryDisk::refound(base::ClusterId, const raft::Write& write) {
  kept_.carry_out(write);
  return std::nullopt;
}

void MemoryDisk::rot() {
  count(made_.coverage, "pages_rotten");
  is_rotten_ = true;
  if (made_.rotted) made_.rotted();
}

bool MemoryDisk::strikes(FaultSite site, std::uint32_t ppm, bool always, const char* counter) {
  const bool drawn = made_.draws.chance(ppm, site);
  if (!drawn && !always) return false;
  count(made_.coverage, counter);
  return true;
}

bool MemoryDisk::is_full(const std::vector<raft::Write>& writes) const {
  if (troubles_.full > 0) return true;
  if (!made_.faults.full_at) return false;
  auto bytes = kept_.bytes();
  for (const auto& write : writes) {
    for (const auto& part : write.parts) bytes += part.bytes.size();
    for (const auto& entry : write.entries) bytes += bytes_of(entry);
  }
  return bytes > *made_.faults.full_at;
}

std::optional<store::Failure> MemoryDisk::commit(const std::vector<raft::Write>& writes) {
  const auto& faults = made_.faults;
  if (is_full(writes)) return failure("disk full");
  const bool unwritten =
      strikes(FaultSite::write_error, faults.write_error, troubles_.fail_writes > 0, "writes_failed");
  const bool unsynced =
      strikes(FaultSite::sync_error, faults.sync_error, troubles_.fail_syncs > 0, "syncs_failed");
  if (unwritten || unsynced) {
    has_mark_ = true;
    return failure(unwritten ? "a write failed" : "a sync failed");
  }
  const bool rots = made_.draws.chance(faults.rot, FaultSite::rot);
  if (rots && (!made_.may_rot || made_.may_rot())) rot();
  return std::nullopt;
}

std::variant<raft::Recovered, store::Failure> MemoryDisk::open() {
  if (has_mark_) return failure("the disk failed to keep a write: restart the machine");
  if (strikes(FaultSite::read_error, made_.faults.read_error, troubles_.fail_reads > 0, "reads_failed"))
    return failure("a read failed");
  if (is_rotten_) return store::Failure{store::Fault::damaged, "what was kept can't be read"};
  settle(0);
  return kept();
}

}  // namespace sim
