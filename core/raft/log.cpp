#include "core/raft/log.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"

namespace raft {
namespace {

std::uint64_t size_of(const Entry& entry) {
  const auto* command = std::get_if<Command>(&entry.payload);
  return command ? command->bytes.size() : 0;
}

// So that no step takes long, nor any transaction of the disk.
constexpr int kForgottenAtOnce = 4096;

}  // namespace

Log::Log(SnapshotMeta snapshot, std::vector<Entry> recovered) : snapshot_(std::move(snapshot)) {
  first_ = recovered.empty() ? snapshot_.at.index.next() : recovered.front().at.index;
  CHECK(first_ && first_ <= snapshot_.at.index.next());
  for (auto& entry : recovered) {
    CHECK(slots_.empty() || entry.at.index == last_index().next());
    CHECK(slots_.empty() || entry.at.term >= slots_.back().entry.at.term);
    bytes_ += size_of(entry);
    if (entry.at.index > snapshot_.at.index && std::holds_alternative<Configuration>(entry.payload))
      configurations_.push_back(entry.at.index);
    slots_.push_back({std::move(entry), WriteId(0)});
  }
  CHECK(last_index() >= snapshot_.at.index && holds(snapshot_.at));
  unwritten_ = last_index().next();
  handed_out_ = durable_ = last_index();
  compacted_to_ = first_.previous();
  keep_from_ = first_;
}

Position Log::last() const {
  return slots_.empty() ? snapshot_.at : slots_.back().entry.at;
}

LogTime Log::last_stamp() const {
  return slots_.empty() ? snapshot_.stamp : slots_.back().entry.stamp;
}

std::optional<Term> Log::term_at(Index index) const {
  if (!index) return Term(0);
  if (index > last_index()) return std::nullopt;
  if (index >= first_) return slot(index).entry.at.term;
  return index == snapshot_.at.index ? std::optional(snapshot_.at.term) : std::nullopt;
}

const Entry& Log::at(Index index) const {
  CHECK(index >= first_ && index <= last_index());
  return slot(index).entry;
}

std::optional<Position> Log::last_at_most(Index index, Term term) const {
  // Terms never fall along the log.
  const auto kept = index < first_ ? 0 : std::min(index, last_index()).value - first_.value + 1;
  const auto end = slots_.begin() + static_cast<std::ptrdiff_t>(kept);
  const auto past =
      std::upper_bound(slots_.begin(), end, term, [](Term t, const Slot& s) { return t < s.entry.at.term; });
  if (past != slots_.begin()) return std::prev(past)->entry.at;
  if (first_ == Index(1)) return Position{};
  const bool snapshot_is_next = snapshot_.at.index == first_.previous() && snapshot_.at.index <= index;
  if (snapshot_is_next && snapshot_.at.term <= term) return snapshot_.at;
  return std::nullopt;
}

const Configuration& Log::configuration() const {
  if (configurations_.empty()) return snapshot_.configuration;
  return std::get<Configuration>(at(configurations_.back()).payload);
}

Index Log::configuration_index() const {
  return configurations_.empty() ? snapshot_.at.index : configurations_.back();
}

SnapshotMeta Log::meta_at(Index index) const {
  CHECK(index >= snapshot_.at.index && index <= last_index());
  if (index == snapshot_.at.index) return snapshot_;
  const auto after = std::upper_bound(configurations_.begin(), configurations_.end(), index);
  const auto& configuration = after == configurations_.begin()
                                  ? snapshot_.configuration
                                  : std::get<Configuration>(at(*std::prev(after)).payload);
  return {at(index).at, at(index).stamp, configuration};
}

void Log::append(Entry entry) {
  CHECK(entry.at.index == last_index().next());
  CHECK(entry.at.term >= last().term);
  CHECK(entry.stamp >= last_stamp());
  bytes_ += size_of(entry);
  if (std::holds_alternative<Configuration>(entry.payload)) configurations_.push_back(entry.at.index);
  slots_.push_back({std::move(entry), WriteId(0)});
}

void Log::truncate(Index from) {
  CHECK(from > snapshot_.at.index && from >= first_ && from <= last_index());
  while (last_index() >= from) {
    bytes_ -= size_of(slots_.back().entry);
    slots_.pop_back();
  }
  while (!configurations_.empty() && configurations_.back() >= from) configurations_.pop_back();
  unwritten_ = std::min(unwritten_, from);
  durable_ = std::min(durable_, from.previous());
}

void Log::compact(const SnapshotMeta& meta, Index first) {
  CHECK(meta.at.index >= snapshot_.at.index && holds(meta.at));
  CHECK(first <= meta.at.index.next());
  snapshot_ = meta;
  snapshot_written_by_.reset();
  keep_from_ = std::max(keep_from_, first);
  while (!configurations_.empty() && configurations_.front() <= meta.at.index) configurations_.pop_front();
}

void Log::install(const SnapshotMeta& meta) {
  CHECK(meta.at.index > snapshot_.at.index && meta.stamp >= snapshot_.stamp);
  snapshot_ = meta;
  snapshot_written_by_.reset();
  slots_.clear();
  bytes_ = 0;
  configurations_.clear();
  first_ = unwritten_ = keep_from_ = meta.at.index.next();
  // Until the write that carries it is on disk, the disk holds another log.
  durable_ = Index(0);
}

// Not what isn't durable yet: once gone, nothing would tell when it was.
void Log::forget_some() {
  for (int i = 0; i < kForgottenAtOnce && first_ < keep_from_ && first_ <= durable_; ++i) {
    bytes_ -= size_of(slots_.front().entry);
    slots_.pop_front();
    first_ = first_.next();
  }
}

Log::Changes Log::take_changes(WriteId id) {
  Changes changes;
  forget_some();
  if (unwritten_ <= handed_out_) changes.truncate_from = unwritten_;
  if (compacted_to_ < first_.previous()) changes.compact_to = compacted_to_ = first_.previous();
  if (!snapshot_written_by_) snapshot_written_by_ = id;
  for (Index i = std::max(unwritten_, first_); i <= last_index(); i = i.next()) {
    slot(i).written_by = id;
    changes.entries.push_back(slot(i).entry);
  }
  handed_out_ = last_index();
  unwritten_ = last_index().next();
  return changes;
}

void Log::written(WriteId id) {
  CHECK(id >= written_);
  written_ = id;
  if (snapshot_written_by_ && *snapshot_written_by_ <= written_)
    durable_ = std::max(durable_, snapshot_.at.index);
  while (durable_ >= first_.previous() && durable_.next() < unwritten_ &&
         slot(durable_.next()).written_by <= written_)
    durable_ = durable_.next();
}

std::optional<WriteId> Log::written_by(Index index) const {
  if (!index) return WriteId(0);
  CHECK(index <= last_index());
  if (index >= unwritten_) return std::nullopt;
  // What a snapshot stands for is on disk once the snapshot is, whatever is kept of the entries.
  if (index <= snapshot_.at.index && index < first_) return snapshot_written_by_;
  return slot(index).written_by;
}

}  // namespace raft
