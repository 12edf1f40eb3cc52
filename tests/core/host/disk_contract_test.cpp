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
  return {.id = WriteId(id), .hard_state = {}, .truncate_from = {}, .entries = std::move(entries)};
}

// A server is in an entry's term before it takes the entry.
raft::Write in_term(std::uint64_t term, raft::Write write) {
  write.hard_state = {.term = Term(term), .vote = {}};
  return write;
}

// What a write means.
void carry_out(const raft::Write& write, raft::Recovered& disk) {
  if (write.hard_state) disk.hard_state = *write.hard_state;
  if (write.truncate_from) disk.entries.resize(write.truncate_from->value - 1);
  disk.entries.insert(disk.entries.end(), write.entries.begin(), write.entries.end());
}

bool same(const raft::Recovered& a, const raft::Recovered& b) {
  return a.hard_state == b.hard_state && a.entries == b.entries;
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

// Any write that Raft could make of a disk in this state.
raft::Write random_write(std::uint64_t id, const raft::Recovered& disk) {
  auto write = append(id, {});
  if (*rc::gen::inRange(0, 3) == 0) {
    write.hard_state = {.term = disk.hard_state.term.next(), .vote = {}};
    if (*rc::gen::arbitrary<bool>())
      write.hard_state->vote = base::NodeId(*rc::gen::inRange<std::uint64_t>(1, 4));
  }
  auto length = disk.entries.size();
  if (length > 0 && *rc::gen::inRange(0, 4) == 0) {
    length = *rc::gen::inRange<std::size_t>(0, length);
    write.truncate_from = Index(length + 1);
  }
  const auto term = write.hard_state.value_or(disk.hard_state).term;
  const auto added = term ? *rc::gen::inRange<std::size_t>(0, 4) : 0;
  for (std::size_t i = 1; i <= added; ++i) {
    write.entries.push_back(entry(length + i, term.value, std::string(*rc::gen::inRange(0, 300), 'x')));
  }
  return write;
}

// After a crash the disk is as it was after some write at or behind the last acknowledged one: never less,
// never a part of one, never one without those before it.
void crashes_lose_only_an_unacknowledged_end(DiskUnderTest& disk) {
  raft::Recovered start;
  for (int run = 0; run < 3; ++run) {
    std::vector<raft::Recovered> after{start};
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
    start = disk.crash_and_recover();
    RC_ASSERT(std::any_of(after.begin() + static_cast<std::ptrdiff_t>(safe), after.end(),
                          [&](const raft::Recovered& state) { return same(state, start); }));
  }
}

TEST_P(DiskContract, LosesOnlyAnUnacknowledgedEndAtAnyCrash) {
  EXPECT_TRUE(rc::check([&] { crashes_lose_only_an_unacknowledged_end(*GetParam().make()); }));
}

}  // namespace
}  // namespace disk_contract
