#include "tests/core/host/disk_contract.hpp"

#include <algorithm>
#include <gmock/gmock.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace disk_contract {
namespace {

using raft::Index;
using raft::Term;
using raft::WriteId;

raft::Entry entry(std::uint64_t index, std::uint64_t term, const std::string& text) {
  return {
      .at = {Index(index), Term(term)}, .stamp = {index * 10}, .payload = raft::Command{base::Bytes(text)}};
}

raft::Write append(std::uint64_t id, std::vector<raft::Entry> entries) {
  raft::Write write;
  write.id = WriteId(id);
  write.entries = std::move(entries);
  return write;
}

// A server is in an entry's term before it takes the entry.
raft::Write in_term(std::uint64_t term, raft::Write write) {
  write.hard_state = {.term = Term(term), .vote = {}};
  return write;
}

// A disk as it should be: what Recovered says, and what can't be seen in it.
struct Model {
  raft::Recovered disk;
  Index first{1};  // of the log, with or without an entry there
  std::vector<base::Bytes> staged;

  Index next() const { return Index(first.value + disk.entries.size()); }
};

// What a write means, in the order of its fields.
void carry_out(const raft::Write& write, Model& model) {
  auto& disk = model.disk;
  for (const auto& part : write.parts) {
    if (part.number == 0) model.staged.clear();
    model.staged.push_back(part.bytes);
    if (!part.completes) continue;
    disk.snapshot = *part.completes;
    disk.pieces = std::exchange(model.staged, {});
  }
  if (write.truncate_from && *write.truncate_from < model.next())
    disk.entries.resize(write.truncate_from->value - model.first.value);
  if (write.compact_to) {
    std::erase_if(disk.entries, [&](const auto& e) { return e.at.index <= *write.compact_to; });
    model.first = std::max(model.first, write.compact_to->next());
  }
  disk.entries.insert(disk.entries.end(), write.entries.begin(), write.entries.end());
  if (write.hard_state) disk.hard_state = *write.hard_state;
}

// The configuration before any snapshot is the directory's own.
bool same(const raft::Recovered& a, const raft::Recovered& b) {
  const bool snapshots = a.snapshot.at.index ? a.snapshot == b.snapshot && a.pieces == b.pieces
                                             : !b.snapshot.at.index && b.pieces.empty();
  return a.hard_state == b.hard_state && a.entries == b.entries && snapshots;
}

raft::SnapshotMeta snapshot_at(std::uint64_t index, std::uint64_t term) {
  return {{Index(index), Term(term)}, {index * 10}, raft::bootstrap(3)};
}

raft::SnapshotPart part(std::uint64_t number, const std::string& text) {
  return {number, base::Bytes(text), std::nullopt};
}
raft::SnapshotPart last_part(std::uint64_t number, const std::string& text, raft::SnapshotMeta meta) {
  return {number, base::Bytes(text), std::move(meta)};
}

TEST_P(DiskContract, AcknowledgesEveryWriteInTheOrderOfIds) {
  disk_->write(in_term(1, append(1, {entry(1, 1, "x")})));
  for (std::uint64_t id = 2; id <= 100; ++id) disk_->write(append(id, {entry(id, 1, "x")}));
  disk_->settle();
  const auto acknowledged = disk_->acknowledged();
  EXPECT_TRUE(std::ranges::is_sorted(acknowledged));
  // One acknowledgement may cover several writes.
  ASSERT_FALSE(acknowledged.empty());
  EXPECT_EQ(acknowledged.back(), WriteId(100));
}

TEST_P(DiskContract, AcknowledgesNothingFromWithinWrite) {
  disk_->write(in_term(1, append(1, {entry(1, 1, "x")})));
  EXPECT_TRUE(disk_->acknowledged().empty());
}

TEST_P(DiskContract, HasWhatItAcknowledgedAfterACrash) {
  auto write = append(1, {entry(1, 3, "one"), entry(2, 3, "two")});
  write.hard_state = {.term = Term(3), .vote = base::NodeId(2)};
  disk_->write(write);
  disk_->settle();
  const auto found = disk_->crash_and_recover();
  EXPECT_EQ(found.hard_state, *write.hard_state);
  EXPECT_EQ(found.entries, write.entries);
}

TEST_P(DiskContract, KeepsAVoteForNobodyApartFromAVote) {
  auto write = append(1, {});
  write.hard_state = {.term = Term(1), .vote = base::NodeId(1)};
  disk_->write(write);
  write.id = WriteId(2);
  write.hard_state = {.term = Term(2), .vote = {}};
  disk_->write(write);
  disk_->settle();
  EXPECT_EQ(disk_->crash_and_recover().hard_state, *write.hard_state);
}

TEST_P(DiskContract, CutsAndAppendsAsOneUnit) {
  disk_->write(in_term(1, append(1, {entry(1, 1, "a"), entry(2, 1, "b"), entry(3, 1, "c")})));
  disk_->settle();
  auto conflict = in_term(2, append(2, {entry(2, 2, "B")}));
  conflict.truncate_from = Index(2);
  disk_->write(conflict);
  const auto found = disk_->crash_and_recover();
  const std::vector<raft::Entry> before{entry(1, 1, "a"), entry(2, 1, "b"), entry(3, 1, "c")};
  const std::vector<raft::Entry> after{entry(1, 1, "a"), entry(2, 2, "B")};
  EXPECT_THAT(found.entries, testing::AnyOf(before, after));
}

TEST_P(DiskContract, TakesTheLogUpAgainAfterACrash) {
  disk_->write(in_term(1, append(1, {entry(1, 1, "a")})));
  disk_->settle();
  disk_->crash_and_recover();
  EXPECT_TRUE(disk_->acknowledged().empty());
  disk_->write(append(1, {entry(2, 1, "b")}));
  disk_->settle();
  EXPECT_EQ(disk_->crash_and_recover().entries,
            (std::vector<raft::Entry>{entry(1, 1, "a"), entry(2, 1, "b")}));
}

TEST_P(DiskContract, KeepsAWholeSnapshotAndTheLogBehindIt) {
  disk_->write(in_term(1, append(1, {entry(1, 1, "a"), entry(2, 1, "b"), entry(3, 1, "c")})));
  auto write = append(2, {});
  write.parts = {part(0, "one"), last_part(1, "two", snapshot_at(2, 1))};
  write.compact_to = Index(2);
  disk_->write(write);
  disk_->settle();
  const auto found = disk_->crash_and_recover();
  EXPECT_EQ(found.snapshot, snapshot_at(2, 1));
  EXPECT_EQ(found.pieces, (std::vector<base::Bytes>{base::Bytes("one"), base::Bytes("two")}));
  EXPECT_EQ(found.entries, (std::vector<raft::Entry>{entry(3, 1, "c")}));
}

TEST_P(DiskContract, StagesPiecesOverManyWritesBesideTheFormerSnapshot) {
  disk_->write(in_term(1, append(1, {entry(1, 1, "a"), entry(2, 1, "b")})));
  auto first = append(2, {});
  first.parts = {last_part(0, "former", snapshot_at(1, 1))};
  disk_->write(first);
  auto begun = append(3, {});
  begun.parts = {part(0, "one")};
  disk_->write(begun);
  disk_->settle();
  auto ended = append(4, {});
  ended.parts = {last_part(1, "two", snapshot_at(2, 1))};
  disk_->write(ended);
  disk_->settle();
  const auto found = disk_->crash_and_recover();
  EXPECT_EQ(found.pieces, (std::vector<base::Bytes>{base::Bytes("one"), base::Bytes("two")}));
  // Nothing was compacted: what lies before the snapshot is there for slow followers.
  EXPECT_EQ(found.entries.size(), 2u);
}

TEST_P(DiskContract, BeginsAnewWithPieceZero) {
  disk_->write(in_term(1, append(1, {entry(1, 1, "a")})));
  auto begun = append(2, {});
  begun.parts = {part(0, "old"), part(1, "older")};
  disk_->write(begun);
  auto again = append(3, {});
  again.parts = {part(0, "new"), last_part(1, "newer", snapshot_at(1, 1))};
  disk_->write(again);
  disk_->settle();
  EXPECT_EQ(disk_->crash_and_recover().pieces,
            (std::vector<base::Bytes>{base::Bytes("new"), base::Bytes("newer")}));
}

TEST_P(DiskContract, HasNoSnapshotBeforeItsLastPiece) {
  auto begun = in_term(1, append(1, {entry(1, 1, "a")}));
  begun.parts = {part(0, "one")};
  disk_->write(begun);
  disk_->settle();
  const auto found = disk_->crash_and_recover();
  EXPECT_EQ(found.snapshot.at.index, Index(0));
  EXPECT_TRUE(found.pieces.empty());
}

TEST_P(DiskContract, ReplacesALogByASnapshotThatIsFurther) {
  disk_->write(in_term(1, append(1, {entry(1, 1, "a"), entry(2, 1, "b")})));
  auto install = in_term(2, append(2, {}));
  install.parts = {last_part(0, "all", snapshot_at(7, 2))};
  install.truncate_from = Index(8);
  install.compact_to = Index(7);
  disk_->write(install);
  disk_->write(append(3, {entry(8, 2, "h")}));
  disk_->settle();
  const auto found = disk_->crash_and_recover();
  EXPECT_EQ(found.snapshot, snapshot_at(7, 2));
  EXPECT_EQ(found.entries, (std::vector<raft::Entry>{entry(8, 2, "h")}));
}

// A snapshot of what the log holds, or one from a leader that is far ahead; whole, or a piece of it.
void random_snapshot(raft::Write& write, const Model& model) {
  const auto last = model.next().previous();
  const auto at = model.disk.snapshot.at.index;
  const auto number = *rc::gen::arbitrary<bool>() ? 0 : model.staged.size();
  const auto bytes = std::string(*rc::gen::inRange(0, 100), 'p');
  const bool installs = *rc::gen::inRange(0, 3) == 0;
  if (*rc::gen::arbitrary<bool>() || (!installs && last <= at)) {
    write.parts = {part(number, bytes)};
    return;
  }
  const auto term = model.disk.hard_state.term.value;
  const auto gap = *rc::gen::inRange<std::uint64_t>(1, 4);
  const auto index = installs ? std::max(last, at).value + gap
                              : *rc::gen::inRange<std::uint64_t>(at.value + 1, last.value + 1);
  const auto its_term = installs ? term : model.disk.entries[index - model.first.value].at.term.value;
  write.parts = {last_part(number, bytes, snapshot_at(index, its_term))};
  if (installs) {
    write.compact_to = Index(index);
  } else if (*rc::gen::arbitrary<bool>()) {
    write.compact_to = Index(*rc::gen::inRange(model.first.value - 1, index + 1));
  }
}

// Any write that Raft could make of a disk in this state.
raft::Write random_write(std::uint64_t id, const Model& model) {
  auto write = append(id, {});
  const auto& disk = model.disk;
  if (*rc::gen::inRange(0, 3) == 0 || !disk.hard_state.term) {
    write.hard_state = {.term = disk.hard_state.term.next(), .vote = {}};
    if (*rc::gen::arbitrary<bool>())
      write.hard_state->vote = base::NodeId(*rc::gen::inRange<std::uint64_t>(1, 4));
  }
  if (disk.hard_state.term && *rc::gen::inRange(0, 4) == 0) random_snapshot(write, model);
  Model after = model;
  carry_out(write, after);
  const auto least = std::max(after.first, after.disk.snapshot.at.index.next());
  if (!write.compact_to && least < after.next() && *rc::gen::inRange(0, 4) == 0) {
    write.truncate_from = Index(*rc::gen::inRange(least.value, after.next().value));
    carry_out(write, after = model);
  }
  const auto next = after.next();
  const auto added = *rc::gen::inRange<std::size_t>(0, 4);
  for (std::size_t i = 0; i < added; ++i) {
    const auto term = write.hard_state.value_or(disk.hard_state).term.value;
    write.entries.push_back(entry(next.value + i, term, std::string(*rc::gen::inRange(0, 300), 'x')));
  }
  return write;
}

// After a crash the disk is as it was after some write at or behind the last acknowledged one: never less,
// never a part of one, never one without those before it.
void crashes_lose_only_an_unacknowledged_end(DiskUnderTest& disk) {
  Model start;
  for (int run = 0; run < 3; ++run) {
    std::vector<Model> after{start};
    const auto writes = *rc::gen::inRange<std::uint64_t>(0, 20);
    for (std::uint64_t id = 1; id <= writes; ++id) {
      const auto write = random_write(id, after.back());
      after.push_back(after.back());
      carry_out(write, after.back());
      disk.write(write);
      if (*rc::gen::inRange(0, 5) == 0) disk.settle();
    }
    const auto acknowledged = disk.acknowledged();
    const auto safe = acknowledged.empty() ? 0 : acknowledged.back().value;
    RC_ASSERT(safe <= writes);
    const auto found = disk.crash_and_recover();
    const auto as = std::find_if(after.begin() + static_cast<std::ptrdiff_t>(safe), after.end(),
                                 [&](const Model& state) { return same(state.disk, found); });
    RC_ASSERT(as != after.end());
    start = *as;
    start.staged.clear();  // a new run begins with piece 0
  }
}

TEST_P(DiskContract, LosesOnlyAnUnacknowledgedEndAtAnyCrash) {
  EXPECT_TRUE(rc::check([&] { crashes_lose_only_an_unacknowledged_end(*GetParam().make()); }));
}

}  // namespace
}  // namespace disk_contract
