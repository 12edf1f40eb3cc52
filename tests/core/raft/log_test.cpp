#include "core/raft/log.hpp"

#include <gtest/gtest.h>

#include "core/base/check.hpp"
#include "tests/core/raft/cluster.hpp"

namespace raft_test {
namespace {

using raft::Log;
using raft::Position;
using raft::WriteId;

Log log_of(const std::vector<std::uint64_t>& terms) {
  const auto found = recovered(terms, {});
  return Log(found.snapshot, found.entries);
}

TEST(Log, BeginsWithThePositionBeforeTheFirstEntry) {
  const Log log;
  EXPECT_EQ(log.last(), Position{});
  EXPECT_TRUE(log.holds({}));
  EXPECT_EQ(log.term_at(Index(1)), std::nullopt);
}

TEST(Log, TakesWhatItFoundOnDiskForDurable) {
  auto log = log_of({1, 1, 2});
  EXPECT_EQ(log.durable_index(), Index(3));
  EXPECT_TRUE(log.take_changes(WriteId(1)).empty());
}

TEST(Log, RefusesAGap) {
  auto log = log_of({1});
  EXPECT_THROW(log.append(entry(3, 1)), base::CheckFailed);
}

TEST(Log, RefusesAStampThatFalls) {
  auto log = log_of({1});
  auto late = entry(2, 1);
  late.stamp = base::LogTime{0};
  EXPECT_THROW(log.append(late), base::CheckFailed);
}

TEST(Log, HandsOutEachChangeOnce) {
  Log log;
  log.append(entry(1, 1));
  log.append(entry(2, 1));
  const auto first = log.take_changes(WriteId(1));
  EXPECT_EQ(first.entries.size(), 2u);
  EXPECT_EQ(first.truncate_from, std::nullopt);
  EXPECT_TRUE(log.take_changes(WriteId(2)).empty());
}

TEST(Log, IsDurableOnlyAsFarAsTheDiskSaid) {
  Log log;
  log.append(entry(1, 1));
  log.take_changes(WriteId(1));
  log.append(entry(2, 1));
  EXPECT_EQ(log.durable_index(), Index(0));
  log.written(WriteId(1));
  EXPECT_EQ(log.durable_index(), Index(1));
  log.take_changes(WriteId(2));
  log.written(WriteId(2));
  EXPECT_EQ(log.durable_index(), Index(2));
}

TEST(Log, TellsTheDiskToCutOnlyWhatTheDiskWasGiven) {
  auto log = log_of({1, 1});
  log.append(entry(3, 1));
  log.truncate(Index(3));
  log.append(entry(3, 2));
  const auto never_there = log.take_changes(WriteId(1));
  EXPECT_EQ(never_there.truncate_from, std::nullopt);
  log.truncate(Index(2));
  log.append(entry(2, 3));
  const auto there = log.take_changes(WriteId(2));
  EXPECT_EQ(there.truncate_from, Index(2));
  EXPECT_EQ(there.entries, std::vector{entry(2, 3)});
}

TEST(Log, AnEntryOverwrittenAndBackIsNotDurableByTheFirstWrite) {
  auto log = log_of({1});
  log.append(entry(2, 2));
  log.take_changes(WriteId(1));
  log.truncate(Index(2));
  log.append(entry(2, 3));
  log.take_changes(WriteId(2));
  log.truncate(Index(2));
  log.append(entry(2, 3));
  log.take_changes(WriteId(3));
  log.written(WriteId(1));
  EXPECT_EQ(log.durable_index(), Index(1));
  log.written(WriteId(2));
  EXPECT_EQ(log.durable_index(), Index(1)) << "the third write cuts it off before it writes it again";
  log.written(WriteId(3));
  EXPECT_EQ(log.durable_index(), Index(2));
}

TEST(Log, OverwritingMakesADurableEntryUndurable) {
  auto log = log_of({1, 1, 1});
  log.truncate(Index(2));
  EXPECT_EQ(log.durable_index(), Index(1));
  log.append(entry(2, 2));
  EXPECT_EQ(log.durable_index(), Index(1));
  EXPECT_EQ(log.written_by(Index(2)), std::nullopt);
}

TEST(Log, CompactsOnlyWhatIsDurable) {
  auto log = log_of({1, 1, 1});
  for (std::uint64_t i = 4; i <= 8; ++i) log.append(entry(i, 1));
  log.take_changes(WriteId(1));
  log.compact(log.meta_at(Index(7)), Index(7));
  // The snapshot's write comes behind that of the entries, which are forgotten once they are safe.
  const auto changes = log.take_changes(WriteId(2));
  EXPECT_LE(*changes.compact_to, Index(3));
  log.written(WriteId(1));
  EXPECT_EQ(log.durable_index(), Index(8));
  EXPECT_EQ(log.take_changes(WriteId(3)).compact_to, Index(6));
  log.written(WriteId(3));
  EXPECT_EQ(log.durable_index(), Index(8));
}

TEST(Log, FindsTheLastEntryOfATermOrBefore) {
  const auto log = log_of({1, 1, 4, 4, 6});
  EXPECT_EQ(log.last_at_most(Index(9), Term(5)), (Position{Index(4), Term(4)}));
  EXPECT_EQ(log.last_at_most(Index(3), Term(5)), (Position{Index(3), Term(4)}));
  EXPECT_EQ(log.last_at_most(Index(5), Term(3)), (Position{Index(2), Term(1)}));
  EXPECT_EQ(log.last_at_most(Index(5), Term(0)), Position{});
}

}  // namespace
}  // namespace raft_test
