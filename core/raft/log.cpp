#include "core/raft/log.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"

namespace raft {

Log::Log(std::vector<Entry> recovered) {
  for (auto& entry : recovered) {
    CHECK(entry.at.index == last_index().next());
    CHECK(entry.at.term >= last().term);
    slots_.push_back({std::move(entry), WriteId(0)});
  }
  unwritten_ = last_index().next();
  handed_out_ = durable_ = last_index();
}

Position Log::last() const {
  return slots_.empty() ? Position{} : slots_.back().entry.at;
}

LogTime Log::last_stamp() const {
  return slots_.empty() ? LogTime{} : slots_.back().entry.stamp;
}

std::optional<Term> Log::term_at(Index index) const {
  if (!index) return Term(0);
  if (index > last_index()) return std::nullopt;
  return at(index).at.term;
}

const Entry& Log::at(Index index) const {
  CHECK(index && index <= last_index());
  return slots_[index.value - 1].entry;
}

Position Log::last_at_most(Index index, Term term) const {
  // Terms never fall along the log.
  const auto end = slots_.begin() + static_cast<std::ptrdiff_t>(std::min(index, last_index()).value);
  const auto past = std::upper_bound(slots_.begin(), end, term,
                                     [](Term t, const Slot& slot) { return t < slot.entry.at.term; });
  return past == slots_.begin() ? Position{} : std::prev(past)->entry.at;
}

void Log::append(Entry entry) {
  CHECK(entry.at.index == last_index().next());
  CHECK(entry.at.term >= last().term);
  CHECK(entry.stamp >= last_stamp());
  slots_.push_back({std::move(entry), WriteId(0)});
}

void Log::truncate(Index from) {
  CHECK(from && from <= last_index());
  slots_.resize(from.value - 1);
  unwritten_ = std::min(unwritten_, from);
  durable_ = std::min(durable_, from.previous());
}

Log::Changes Log::take_changes(WriteId id) {
  Changes changes;
  if (unwritten_ <= handed_out_) changes.truncate_from = unwritten_;
  for (Index i = unwritten_; i <= last_index(); i = i.next()) {
    auto& slot = slots_[i.value - 1];
    slot.written_by = id;
    changes.entries.push_back(slot.entry);
  }
  handed_out_ = last_index();
  unwritten_ = last_index().next();
  return changes;
}

void Log::written(WriteId id) {
  CHECK(id >= written_);
  written_ = id;
  while (durable_.next() < unwritten_ && slots_[durable_.value].written_by <= written_)
    durable_ = durable_.next();
}

std::optional<WriteId> Log::written_by(Index index) const {
  if (!index) return WriteId(0);
  CHECK(index <= last_index());
  if (index >= unwritten_) return std::nullopt;
  return slots_[index.value - 1].written_by;
}

}  // namespace raft
