// Random writes as Raft could ask for, against the simplest thing that keeps the same promises.
#include <algorithm>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/core/store/scratch.hpp"

namespace store {
namespace {

// What a write of raft/types.hpp means, done in memory.
class Model {
 public:
  Model() {
    state_.hard_state.term = raft::Term(1);
    state_.snapshot.configuration = some_members();
  }

  void carry_out(const raft::Write& write) {
    for (const auto& part : write.parts) {
      if (part.number == 0) staged_.clear();
      staged_.push_back(part.bytes);
      if (!part.completes) continue;
      state_.snapshot = *part.completes;
      state_.pieces = std::exchange(staged_, {});
    }
    std::erase_if(state_.entries, [&](const raft::Entry& entry) {
      return (write.truncate_from && entry.at.index >= *write.truncate_from) ||
             (write.compact_to && entry.at.index <= *write.compact_to);
    });
    if (write.compact_to) first_ = write.compact_to->next();
    state_.entries.insert(state_.entries.end(), write.entries.begin(), write.entries.end());
    if (write.hard_state) state_.hard_state = *write.hard_state;
  }
  // What was staged does not outlive the process.
  void reopen() { staged_.clear(); }

  const raft::Recovered& state() const { return state_; }
  std::size_t staged() const { return staged_.size(); }
  raft::Index first() const { return first_; }
  raft::Index last() const { return raft::Index(first_.value + state_.entries.size() - 1); }
  raft::Term last_term() const {
    return state_.entries.empty() ? state_.snapshot.at.term : state_.entries.back().at.term;
  }
  raft::Term term_at(raft::Index index) const {
    return index < first_ ? state_.snapshot.at.term : state_.entries[index.value - first_.value].at.term;
  }

 private:
  raft::Recovered state_;
  raft::Index first_{1};
  std::vector<base::Bytes> staged_;
};

std::string any_bytes() {
  return std::string(*rc::gen::inRange<std::size_t>(0, 9000), *rc::gen::arbitrary<char>());
}
std::uint64_t between(std::uint64_t low, std::uint64_t high) {
  return *rc::gen::inRange(low, high + 1);
}
bool one_in(int n) {
  return *rc::gen::inRange(0, n) == 0;
}

// Pieces, or nothing; they complete a snapshot of this log's state, or one from far ahead.
void add_parts(const Model& model, raft::Write& write, raft::Term term) {
  auto number = one_in(6) ? 0 : model.staged();
  for (auto n = between(0, 3); n > 0; --n) {
    write.parts.push_back({number, base::Bytes(any_bytes()), {}});
    ++number;
  }
  if (write.parts.empty() || !one_in(3)) return;
  const auto snapshot = model.state().snapshot.at.index;
  if (one_in(3)) {
    const raft::Index to(model.last().value + between(0, 40));
    if (to <= snapshot) return;
    write.parts.back().completes = a_meta(to.value, term.value);
    if (model.last() > to) write.truncate_from = to.next();
    write.compact_to = to;
    return;
  }
  const raft::Index at(between(snapshot.value, model.last().value));
  if (!at) return;
  write.parts.back().completes = a_meta(at.value, model.term_at(at).value);
  write.compact_to = raft::Index(between(model.first().value - 1, at.value));
}

raft::Write any_write(const Model& model) {
  raft::Write write;
  auto term = model.state().hard_state.term;
  if (one_in(3)) {
    term = raft::Term(term.value + between(0, 1));
    write.hard_state = raft::HardState{term, base::NodeId(between(1, 3))};
  }
  if (one_in(2)) add_parts(model, write, term);
  Model before_entries = model;
  before_entries.carry_out(write);
  const auto cut = raft::Index(before_entries.state().snapshot.at.index.value + 1);
  if (!write.truncate_from && !write.compact_to && one_in(4)) {
    // One behind the end does nothing.
    const auto from = std::max(cut, before_entries.first()).value;
    write.truncate_from = raft::Index(between(from, before_entries.last().value + 2));
    before_entries.carry_out(write);
  }
  for (auto n = between(0, 4); n > 0; --n) {
    write.entries.push_back(
        an_entry(before_entries.last().value + write.entries.size() + 1, term.value, any_bytes()));
  }
  return write;
}

void expect_the_model(const raft::Recovered& found, const Model& model) {
  RC_ASSERT(found.hard_state == model.state().hard_state);
  RC_ASSERT(found.snapshot == model.state().snapshot);
  RC_ASSERT(found.entries == model.state().entries);
  RC_ASSERT(found.pieces == model.state().pieces);
}

TEST(Store, HoldsWhatAModelHoldsHoweverItIsWrittenAndReopened) {
  EXPECT_TRUE(rc::check([] {
    const Scratch scratch;
    Options options;
    options.checkpoint_pages = 3;
    auto store = must(Store::create(scratch.folder(), some_identity(), some_members(), options));
    Model model;
    RC_ASSERT(!write_one(*store, voting(1)));
    const auto steps = *rc::gen::inRange(1, 12);
    for (int i = 0; i < steps; ++i) {
      std::vector<raft::Write> writes;
      for (auto n = between(1, 3); n > 0; --n) {
        writes.push_back(any_write(model));
        model.carry_out(writes.back());
      }
      RC_ASSERT(!store->write(writes));
      if (one_in(2)) RC_ASSERT(!store->checkpoint());
      if (!one_in(3)) continue;
      store.reset();
      store = must(Store::open(scratch.folder(), options));
      model.reopen();
      expect_the_model(store->recover(), model);
    }
    expect_the_model(reopened(scratch.crashed_copy()), model);
  }));
}

}  // namespace
}  // namespace store
