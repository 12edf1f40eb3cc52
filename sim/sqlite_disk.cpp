#include "sim/sqlite_disk.hpp"

#include <utility>

#include "core/base/check.hpp"
#include "core/store/folder.hpp"

namespace sim {

namespace {

constexpr const char* kFolder = "data";
// Small, so that a short story meets its end, and a checkpoint now and then.
constexpr std::uint64_t kReserveBytes = 64 << 10;
constexpr int kCheckpointPages = 60;
// In a transaction, about; a crash falls into any of them, or behind them all.
constexpr std::uint64_t kFewCalls = 16, kManyCalls = 300;

bool is_before(const raft::Position& a, const raft::Position& b) {
  return a.index < b.index;
}

raft::Position end_of(const raft::Recovered& disk) {
  return disk.entries.empty() ? disk.snapshot.at : disk.entries.back().at;
}

// In a few words, what differs first.
std::string difference(const raft::Recovered& found, const raft::Recovered& expected) {
  const auto number = [](auto id) { return std::to_string(id.value); };
  if (found.hard_state != expected.hard_state)
    return "term " + number(found.hard_state.term) + " or its vote, instead of term " +
           number(expected.hard_state.term);
  if (found.snapshot != expected.snapshot || found.pieces != expected.pieces)
    return "the snapshot of " + number(found.snapshot.at.index) + " instead of that of " +
           number(expected.snapshot.at.index);
  const auto has = end_of(found), had = end_of(expected);
  const char* how = is_before(has, had) ? "only " : "";
  return how + std::to_string(found.entries.size()) + " entries up to " + number(has.index) + " instead of " +
         std::to_string(expected.entries.size()) + " up to " + number(had.index);
}

}  // namespace

SqliteDisk::SqliteDisk(Made made)
    : Disk(std::move(made)),
      files_(std::make_shared<Files>(made_.faults, troubles_, made_.coverage, made_.draws)),
      vfs_(*files_) {
  files_->may_rot(made_.may_rot);
  files_->on_rot(made_.rotted);
}

// As a process that is gone writes nothing more.
SqliteDisk::~SqliteDisk() {
  files_->end_process();
}

store::Options SqliteDisk::options() const {
  return {.reserve_bytes = kReserveBytes, .files = files_, .checkpoint_pages = kCheckpointPages};
}

// The sync under way is carried out only now, so that the end can fall between any two of its calls.
void SqliteDisk::end(End how) {
  if (how != End::failed) {
    if (store_ && !syncing_.empty() && files_->is_on()) {
      const auto bound = made_.draws.below(2) == 0 ? kFewCalls : kManyCalls;
      files_->end_process_at(1 + made_.draws.below(bound));
      if (!store_->write(syncing_)) (void)store_->checkpoint();
    }
    files_->end_process();
  }
  store_.reset();
  maybe_.insert(maybe_.end(), syncing_.begin(), syncing_.end());
  syncing_.clear();
  waiting_.clear();
  if (how == End::power_lost) return power_cycle();
  files_->start_process();
}

void SqliteDisk::power_cycle() {
  CHECK(!store_);
  files_->lose_power();
  files_->boot();
}

// Without faults: a server whose making fails isn't there.
void SqliteDisk::format(const store::Identity& identity, const raft::Configuration& initial) {
  clear();
  raft::Recovered found;
  found.snapshot.configuration = initial;
  kept_ = Kept(std::move(found));
  files_->spare(true);
  const auto created = store::Store::create(kFolder, identity, initial, options());
  files_->spare(false);
  CHECK(std::holds_alternative<std::unique_ptr<store::Store>>(created));
}

void SqliteDisk::clear() {
  store_.reset();
  syncing_.clear();
  waiting_.clear();
  maybe_.clear();
  kept_ = Kept();
  files_->clear();
}

void SqliteDisk::remove_mark() {
  (void)files_->remove(store::mark_path(kFolder));
}

std::optional<store::Failure> SqliteDisk::refound(base::ClusterId cluster, const raft::Write& write) {
  if (!store_) return store::Failure{store::Fault::absent, "the store isn't open"};
  files_->spare(true);
  auto failure = store_->refound(cluster, write);
  files_->spare(false);
  if (!failure) kept_.carry_out(write);
  return failure;
}

std::optional<store::Failure> SqliteDisk::commit(const std::vector<raft::Write>& writes) {
  return store_->write(writes);
}

std::optional<store::Failure> SqliteDisk::checkpoint() {
  return store_->checkpoint();
}

std::variant<raft::Recovered, store::Failure> SqliteDisk::open() {
  // What a start has read can't be taken for sound if it rots meanwhile.
  files_->let_rot(false);
  auto opened = store::Store::open(kFolder, options());
  files_->let_rot(true);
  if (auto* failure = std::get_if<store::Failure>(&opened)) {
    // The process is gone with the power, whatever it would have said.
    if (!files_->is_on()) return store::Failure{store::Fault::disk, "the power is gone"};
    // Nothing but rot makes a store what it must not be.
    if (failure->fault != store::Fault::disk && !is_rotten()) flaw_ = failure->message;
    return std::move(*failure);
  }
  store_ = std::get<std::unique_ptr<store::Store>>(std::move(opened));
  auto found = store_->recover();
  judge(found);
  // Every page has been looked at: what rotted lies where nothing is.
  files_->forget_rot();
  return found;
}

// Everything acknowledged, and of what was under way all or nothing: it was one transaction.
void SqliteDisk::judge(const raft::Recovered& found) {
  if (!maybe_.empty()) {
    auto with = kept_;
    for (const auto& write : maybe_) with.carry_out(write);
    if (is_same(found, with.all())) return settle(maybe_.size());
  }
  settle(0);
  if (!is_same(found, kept())) flaw_ = "found " + difference(found, kept());
  kept_ = Kept(found);
}

}  // namespace sim
