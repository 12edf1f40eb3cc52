#include "sim/kept.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"

namespace sim {

namespace {

template <class Range>
std::uint64_t bytes_of_all(const Range& pieces) {
  std::uint64_t bytes = 0;
  for (const auto& piece : pieces) bytes += piece.size();
  return bytes;
}

}  // namespace

std::uint64_t bytes_of(const raft::Entry& entry) {
  constexpr std::uint64_t kBeside = 32;
  const auto* command = std::get_if<raft::Command>(&entry.payload);
  return kBeside + (command ? command->bytes.size() : 0);
}

Kept::Kept(raft::Recovered found) : all_(std::move(found)) {
  first_ = all_.entries.empty() ? all_.snapshot.at.index.next() : all_.entries.front().at.index;
  bytes_ = bytes_of_all(all_.pieces);
  for (const auto& entry : all_.entries) bytes_ += bytes_of(entry);
}

void Kept::carry_out(const raft::Write& write) {
  for (const auto& part : write.parts) stage(part);
  if (write.truncate_from) truncate(*write.truncate_from);
  if (write.compact_to) compact(*write.compact_to);
  for (const auto& entry : write.entries) {
    CHECK(entry.at.index == next_index());
    bytes_ += bytes_of(entry);
    all_.entries.push_back(entry);
  }
  if (write.hard_state) all_.hard_state = *write.hard_state;
  // No hole between what the snapshot stands for and the log.
  CHECK(first_ <= all_.snapshot.at.index.next());
}

void Kept::drop_staged() {
  bytes_ -= bytes_of_all(staged_);
  staged_.clear();
}

void Kept::stage(const raft::SnapshotPart& part) {
  if (part.number == 0) drop_staged();
  CHECK(part.number == staged_.size());
  staged_.push_back(part.bytes);
  bytes_ += part.bytes.size();
  if (!part.completes) return;
  bytes_ -= bytes_of_all(all_.pieces);
  all_.snapshot = *part.completes;
  all_.pieces = std::exchange(staged_, {});
}

void Kept::truncate(raft::Index from) {
  CHECK(from >= first_);
  for (; from < next_index(); all_.entries.pop_back()) bytes_ -= bytes_of(all_.entries.back());
}

void Kept::compact(raft::Index to) {
  if (to < first_) return;
  const auto gone = std::min(all_.entries.size(), to.value - first_.value + 1);
  const auto end = all_.entries.begin() + static_cast<std::ptrdiff_t>(gone);
  for (auto at = all_.entries.begin(); at != end; ++at) bytes_ -= bytes_of(*at);
  all_.entries.erase(all_.entries.begin(), end);
  first_ = to.next();
}

bool is_same(const raft::Recovered& a, const raft::Recovered& b) {
  return a.hard_state == b.hard_state && a.snapshot == b.snapshot && a.entries == b.entries &&
         a.pieces == b.pieces;
}

}  // namespace sim
