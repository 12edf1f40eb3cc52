// Pieces are staged, and the one that completes them makes them the snapshot; the log is cut at both ends.
#include <gtest/gtest.h>

#include "core/base/check.hpp"
#include "core/store/folder.hpp"
#include "core/store/sqlite.hpp"
#include "tests/core/store/scratch.hpp"

namespace store {
namespace {

std::vector<base::Bytes> pieces(const std::vector<std::string>& contents) {
  std::vector<base::Bytes> all;
  for (const auto& content : contents) all.emplace_back(content);
  return all;
}

class Snapshots : public testing::Test {
 protected:
  Snapshots() {
    EXPECT_FALSE(write_one(*store_, voting(1)));
    EXPECT_FALSE(write_one(*store_, appending({an_entry(1), an_entry(2), an_entry(3), an_entry(4)})));
  }
  void write(const raft::Write& write) { ASSERT_FALSE(write_one(*store_, write)); }
  raft::Recovered reopen() {
    store_.reset();
    store_ = must(Store::open(scratch_.folder()));
    return store_->recover();
  }
  std::string rows_of(const std::string& table) {
    store_.reset();
    Database database(database_path(scratch_.folder()), Database::Mode::open, "");
    return database.ask("SELECT count(*) FROM " + table);
  }

  Scratch scratch_;
  std::unique_ptr<Store> store_ = must(Store::create(scratch_.folder(), some_identity(), some_members()));
};

TEST_F(Snapshots, AreNoneUntilTheLastPieceCompletesThem) {
  write(staging(0, "one"));
  write(staging(1, "two"));
  EXPECT_EQ(reopened(scratch_.crashed_copy()).snapshot, (raft::SnapshotMeta{{}, {}, some_members()}));
  EXPECT_TRUE(reopened(scratch_.crashed_copy()).pieces.empty());
  write(staging(2, "three", a_meta(3)));
  const auto found = reopen();
  EXPECT_EQ(found.snapshot, a_meta(3));
  EXPECT_EQ(found.pieces, pieces({"one", "two", "three"}));
  EXPECT_EQ(found.entries.size(), 4u);
}

TEST_F(Snapshots, ReplaceTheFormerOne) {
  write(staging(0, "former", a_meta(2)));
  write(staging(0, "later"));
  EXPECT_EQ(reopened(scratch_.crashed_copy()).pieces, pieces({"former"}));
  write(staging(1, "still later", a_meta(3)));
  EXPECT_EQ(reopen().pieces, pieces({"later", "still later"}));
  EXPECT_EQ(rows_of("pieces"), "2");
}

TEST_F(Snapshots, BeginAnewWithPieceZero) {
  write(staging(0, "given up"));
  write(staging(1, "given up"));
  write(staging(0, "one"));
  write(staging(1, "two", a_meta(3)));
  EXPECT_EQ(reopen().pieces, pieces({"one", "two"}));
  EXPECT_EQ(rows_of("pieces"), "2");
}

TEST_F(Snapshots, ThatWereNotFinishedAreDroppedWhenTheStoreIsOpened) {
  write(staging(0, "former", a_meta(2)));
  write(staging(0, "one"));
  write(staging(1, "two"));
  EXPECT_EQ(reopen().pieces, pieces({"former"}));
  EXPECT_EQ(rows_of("pieces"), "1");
  store_ = must(Store::open(scratch_.folder()));
  EXPECT_THROW((void)write_one(*store_, staging(2, "three", a_meta(3))), base::CheckFailed);
}

TEST_F(Snapshots, MayBeOfOneEmptyPiece) {
  write(staging(0, "", a_meta(1)));
  EXPECT_EQ(reopen().pieces, pieces({""}));
}

TEST_F(Snapshots, GoWithTheRestOfTheirWriteInItsOrder) {
  auto installing = staging(0, "sent by a leader", a_meta(3, 2));
  installing.truncate_from = raft::Index(3);
  installing.compact_to = raft::Index(3);
  installing.entries = {an_entry(4, 2), an_entry(5, 2)};
  installing.hard_state = raft::HardState{raft::Term(2), {}};
  write(installing);
  const auto found = reopen();
  EXPECT_EQ(found.entries, (std::vector{an_entry(4, 2), an_entry(5, 2)}));
  EXPECT_EQ(found.snapshot, a_meta(3, 2));
  EXPECT_EQ(rows_of("entries"), "2");
}

TEST_F(Snapshots, LetTheLogBeginBehindThemWhereItEndedBefore) {
  auto installing = staging(0, "far ahead", a_meta(100));
  installing.compact_to = raft::Index(100);
  write(installing);
  EXPECT_TRUE(reopened(scratch_.crashed_copy()).entries.empty());
  write(appending({an_entry(101)}));
  EXPECT_EQ(reopen().entries, (std::vector{an_entry(101)}));
  EXPECT_EQ(rows_of("entries"), "1");
}

TEST_F(Snapshots, LeaveEntriesBeforeThemToTheSlow) {
  auto saving = staging(0, "all", a_meta(4));
  saving.compact_to = raft::Index(2);
  write(saving);
  EXPECT_EQ(reopen().entries, (std::vector{an_entry(3), an_entry(4)}));
  raft::Write later;
  later.compact_to = raft::Index(4);
  write(later);
  EXPECT_TRUE(reopen().entries.empty());
  write(appending({an_entry(5)}));
  EXPECT_EQ(reopen().entries, (std::vector{an_entry(5)}));
}

TEST_F(Snapshots, MindNoCutBehindTheEndOfTheLog) {
  raft::Write cut;
  cut.truncate_from = raft::Index(9);
  write(cut);
  EXPECT_EQ(reopen().entries.size(), 4u);
}

TEST_F(Snapshots, OfAStateThatTheLogContradictsAreABug) {
  EXPECT_THROW((void)write_one(*store_, staging(0, "other", a_meta(3, 2))), base::CheckFailed);
}
TEST_F(Snapshots, ThatTheLogDoesNotReachAreABug) {
  EXPECT_THROW((void)write_one(*store_, staging(0, "other", a_meta(5))), base::CheckFailed);
}
TEST_F(Snapshots, BehindWhichTheLogIsCutAreABug) {
  write(staging(0, "some", a_meta(2)));
  raft::Write compaction;
  compaction.compact_to = raft::Index(3);
  EXPECT_THROW((void)write_one(*store_, compaction), base::CheckFailed);
}
TEST_F(Snapshots, WithAGapBetweenTheirPiecesAreABug) {
  write(staging(0, "one"));
  EXPECT_THROW((void)write_one(*store_, staging(2, "three")), base::CheckFailed);
}

// As many pieces, and as many entries, as go in several slices.
TEST_F(Snapshots, LeaveNothingBehindOnceSomeMoreHasBeenWritten) {
  std::vector<raft::Entry> entries;
  for (std::uint64_t i = 5; i <= 3000; ++i) entries.push_back(an_entry(i));
  write(appending(entries));
  for (std::uint64_t i = 0; i < 30; ++i) write(staging(i, "given up"));
  for (std::uint64_t i = 0; i < 30; ++i) write(staging(i, "former"));
  write(staging(30, "former", a_meta(10)));
  auto saving = staging(0, "later", a_meta(2999));
  saving.compact_to = raft::Index(2999);
  write(saving);
  const auto after_one = reopened(scratch_.crashed_copy());
  EXPECT_EQ(after_one.entries.size(), 1u);
  EXPECT_EQ(after_one.pieces, pieces({"later"}));
  for (std::uint64_t i = 3001; i <= 3020; ++i) write(appending({an_entry(i)}));
  EXPECT_EQ(rows_of("entries"), "21");
  EXPECT_EQ(rows_of("pieces"), "1");
}

TEST_F(Snapshots, LeaveNothingBehindOnceTheStoreWasOpened) {
  std::vector<raft::Entry> entries;
  for (std::uint64_t i = 5; i <= 3000; ++i) entries.push_back(an_entry(i));
  write(appending(entries));
  for (std::uint64_t i = 0; i < 30; ++i) write(staging(i, "former"));
  write(staging(30, "former", a_meta(10)));
  auto saving = staging(0, "later", a_meta(3000));
  saving.compact_to = raft::Index(3000);
  write(saving);
  EXPECT_TRUE(reopen().entries.empty());
  EXPECT_EQ(rows_of("entries"), "0");
  store_ = must(Store::open(scratch_.folder()));
  EXPECT_EQ(rows_of("pieces"), "1");
}

TEST_F(Snapshots, AreKeptWhenTheStoreBecomesAnotherClusters) {
  write(staging(0, "all", a_meta(4)));
  auto anew = appending({an_entry(5, 2)});
  anew.hard_state = raft::HardState{raft::Term(2), {}};
  EXPECT_FALSE(store_->refound(base::ClusterId(78), anew));
  EXPECT_EQ(store_->identity().cluster, base::ClusterId(78));
  const auto found = reopen();
  EXPECT_EQ(store_->identity(), (Identity{base::ClusterId(78), base::NodeId(2), "b:2"}));
  EXPECT_EQ(store_->origin(), (Origin{base::ClusterId(77), some_members()}));
  EXPECT_EQ(found.hard_state, *anew.hard_state);
  EXPECT_EQ(found.entries.size(), 5u);
  EXPECT_EQ(found.pieces, pieces({"all"}));
  EXPECT_EQ(content_of(scratch_.folder() + "/identity").substr(0, 24), "cluster 000000000000004e");
}

}  // namespace
}  // namespace store
