// Stores that were changed behind lockd's back, as a fault or a stranger might: none is believed.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "core/base/bytes.hpp"
#include "core/store/rows.hpp"
#include "core/wire/codec.hpp"
#include "tests/core/store/scratch.hpp"

namespace store {
namespace {

// A closed store with the entries 2 to 5 and a snapshot of everything up to 3 in three pieces.
class ChangedStore : public testing::Test {
 protected:
  ChangedStore() {
    const auto store = must(Store::create(scratch_.folder(), some_identity(), some_members()));
    EXPECT_FALSE(write_one(*store, voting(2)));
    EXPECT_FALSE(
        write_one(*store, appending({an_entry(1), an_entry(2), an_entry(3), an_entry(4), an_entry(5, 2)})));
    EXPECT_FALSE(write_one(*store, staging(0, "one")));
    EXPECT_FALSE(write_one(*store, staging(1, "two")));
    auto last = staging(2, "three", a_meta(3));
    last.compact_to = raft::Index(1);
    EXPECT_FALSE(write_one(*store, last));
  }

  void change(const std::string& sql, const std::string& blob = {}, std::int64_t crc = 0) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open((scratch_.folder() + "/lockd.db").c_str(), &database), SQLITE_OK);
    sqlite3_stmt* statement = nullptr;
    ASSERT_EQ(sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr), SQLITE_OK) << sql;
    if (sqlite3_bind_parameter_count(statement) == 2) {
      sqlite3_bind_blob64(statement, 1, blob.data(), blob.size(), SQLITE_TRANSIENT);
      sqlite3_bind_int64(statement, 2, crc);
    }
    ASSERT_NE(sqlite3_step(statement), SQLITE_ERROR) << sqlite3_errmsg(database);
    sqlite3_finalize(statement);
    sqlite3_close(database);
  }
  // Its checksum with it: as no fault of a disk would.
  void replace(const std::string& table, const std::string& column, const std::string& row) {
    change("UPDATE " + table + " SET " + column + " = ?, crc = ?", row, base::crc32c(row));
  }
  void replace_entry(const raft::Entry& entry) {
    const auto row = wire::encode(entry);
    change("UPDATE entries SET entry = ?, crc = ? WHERE idx = " + std::to_string(entry.at.index.value), row,
           base::crc32c(row));
  }
  std::string damage() {
    const auto line = refusal(Store::open(scratch_.folder()), Fault::damaged);
    const auto begin = scratch_.folder() + "/lockd.db is damaged: ";
    const std::string end =
        "; keep the folder for inspection, and replace the server: `lockctl members remove ID`, then `lockd "
        "--join` with an empty folder";
    EXPECT_EQ(line.substr(0, begin.size()), begin);
    EXPECT_TRUE(line.ends_with(end)) << line;
    if (line.size() < begin.size() + end.size()) return line;
    return line.substr(begin.size(), line.size() - begin.size() - end.size());
  }
  std::string damage_after(const std::string& sql) {
    change(sql);
    return damage();
  }

  Scratch scratch_;
  const State state_{{raft::Term(2), {}}, raft::Index(2), raft::Index(5)};
  const Snapshot snapshot_{1, 3, 11, a_meta(3)};
};

TEST_F(ChangedStore, IsWholeBeforeItIsChanged) {
  const auto found = reopened(scratch_.folder());
  EXPECT_EQ(found.entries, (std::vector{an_entry(2), an_entry(3), an_entry(4), an_entry(5, 2)}));
  EXPECT_EQ(found.snapshot, a_meta(3));
  EXPECT_EQ(found.pieces.size(), 3u);
  replace("state", "state", encode(state_));
  replace("snapshot", "snapshot", encode(snapshot_));
  EXPECT_EQ(reopened(scratch_.folder()).entries, found.entries);
}

TEST_F(ChangedStore, IsRefusedWhenAnEntryChanged) {
  EXPECT_EQ(damage_after("UPDATE entries SET entry = x'010102' WHERE idx = 3"),
            "the checksum of log entry 3 is wrong");
}
TEST_F(ChangedStore, IsRefusedWhenAnEntryIsMissing) {
  EXPECT_EQ(damage_after("DELETE FROM entries WHERE idx = 4"), "log entry 4 is missing before log entry 5");
}
TEST_F(ChangedStore, IsRefusedWhenTheFirstEntryIsMissing) {
  EXPECT_EQ(damage_after("DELETE FROM entries WHERE idx = 2"), "log entry 2 is missing before log entry 3");
}
TEST_F(ChangedStore, IsRefusedWhenTheLastEntryIsMissing) {
  EXPECT_EQ(damage_after("DELETE FROM entries WHERE idx = 5"), "the log ends at 4 instead of 5");
}
TEST_F(ChangedStore, IsRefusedWhenItHoldsAnEntryTooMany) {
  EXPECT_EQ(damage_after("INSERT INTO entries SELECT 6, entry, crc FROM entries WHERE idx = 5"),
            "log entry 6 is kept in another's place");
}
TEST_F(ChangedStore, IsRefusedWhenAnEntryTookAnothersPlace) {
  EXPECT_EQ(damage_after("UPDATE entries SET (entry, crc) = (SELECT entry, crc FROM entries WHERE idx = 3) "
                         "WHERE idx = 2"),
            "log entry 2 is kept in another's place");
}
TEST_F(ChangedStore, IsRefusedWhenTermsOrStampsFall) {
  auto entry = an_entry(4, 3);
  replace_entry(entry);
  EXPECT_EQ(damage(), "the term of log entry 4 is out of order");
  entry = an_entry(4);
  entry.stamp.ms = 29;
  replace_entry(entry);
  EXPECT_EQ(damage(), "the stamp of log entry 4 is out of order");
}
TEST_F(ChangedStore, IsRefusedWhenAListOfMembersCanNotBe) {
  auto entry = an_entry(4);
  entry.payload = raft::Configuration{};
  replace_entry(entry);
  EXPECT_EQ(damage(), "the list of members in log entry 4 can't be");
}

TEST_F(ChangedStore, IsRefusedWhenTheVoteChanged) {
  EXPECT_EQ(damage_after("UPDATE state SET state = x'030000'"), "the checksum of the term and vote is wrong");
}
TEST_F(ChangedStore, IsRefusedWhenTheVoteIsMissing) {
  EXPECT_EQ(damage_after("DELETE FROM state"), "the term and vote is missing");
}
TEST_F(ChangedStore, IsRefusedWhenTheIdentityChanged) {
  EXPECT_EQ(damage_after("UPDATE meta SET crc = crc + 1"), "the checksum of the identity is wrong");
}

TEST_F(ChangedStore, IsRefusedWhenTheSnapshotsDescriptionChanged) {
  EXPECT_EQ(damage_after("UPDATE snapshot SET crc = crc + 1"),
            "the checksum of the snapshot's description is wrong");
}
TEST_F(ChangedStore, IsRefusedWhenTheSnapshotsDescriptionIsMissing) {
  EXPECT_EQ(damage_after("DELETE FROM snapshot"), "the snapshot's description is missing");
}
TEST_F(ChangedStore, IsRefusedWhenTheSnapshotsDescriptionContradictsItself) {
  auto snapshot = snapshot_;
  snapshot.meta.at.index = raft::Index(0);
  replace("snapshot", "snapshot", encode(snapshot));
  EXPECT_EQ(damage(), "the snapshot's description contradicts itself");
}
TEST_F(ChangedStore, IsRefusedWhenTheSnapshotsMembersCanNotBe) {
  auto snapshot = snapshot_;
  snapshot.meta.configuration = {};
  replace("snapshot", "snapshot", encode(snapshot));
  EXPECT_EQ(damage(), "the snapshot's list of members can't be");
}
TEST_F(ChangedStore, IsRefusedWhenTheSnapshotIsOfATermToCome) {
  auto snapshot = snapshot_;
  snapshot.meta.at.term = raft::Term(3);
  replace("snapshot", "snapshot", encode(snapshot));
  EXPECT_EQ(damage(), "the term of the snapshot is out of order");
}
TEST_F(ChangedStore, IsRefusedWhenTheSnapshotIsOfAnotherLog) {
  auto snapshot = snapshot_;
  snapshot.meta.at.term = raft::Term(2);
  replace("snapshot", "snapshot", encode(snapshot));
  EXPECT_EQ(damage(), "log entry 3 is not the one that the snapshot ends with");
}
TEST_F(ChangedStore, IsRefusedWhenTheLogBeginsBehindTheSnapshot) {
  auto state = state_;
  state.first_index = raft::Index(5);
  replace("state", "state", encode(state));
  EXPECT_EQ(damage(), "the log begins at 5, too late for a snapshot of 3");
}
TEST_F(ChangedStore, IsRefusedWhenTheLogEndsBeforeTheSnapshot) {
  auto state = state_;
  state.last_index = raft::Index(2);
  replace("state", "state", encode(state));
  EXPECT_EQ(damage(), "the log ends at 2, before the snapshot of 3");
}
TEST_F(ChangedStore, IsRefusedWhenTheEntryBehindTheSnapshotIsOfAnEarlierTerm) {
  auto snapshot = snapshot_;
  snapshot.meta.at.term = raft::Term(2);
  auto state = state_;
  state.first_index = raft::Index(4);
  replace("state", "state", encode(state));
  replace("snapshot", "snapshot", encode(snapshot));
  EXPECT_EQ(damage(), "the term of log entry 4 is out of order");
}

TEST_F(ChangedStore, IsRefusedWhenAPieceChanged) {
  EXPECT_EQ(damage_after("UPDATE pieces SET piece = x'01' WHERE key & 1 = 1"),
            "the checksum of piece 1 of the snapshot is wrong");
}
TEST_F(ChangedStore, IsRefusedWhenAPieceIsMissing) {
  EXPECT_EQ(damage_after("DELETE FROM pieces WHERE key & 3 = 1"),
            "piece 1 is missing before piece 2 of the snapshot");
}
TEST_F(ChangedStore, IsRefusedWhenTheLastPieceIsMissing) {
  EXPECT_EQ(damage_after("DELETE FROM pieces WHERE key & 3 = 2"),
            "the snapshot has 2 pieces of 6 bytes instead of 3 of 11");
}
TEST_F(ChangedStore, IsRefusedWhenAPieceTookAnothersPlace) {
  EXPECT_EQ(damage_after("UPDATE pieces SET (piece, crc) = (SELECT piece, crc FROM pieces WHERE key & 3 = 0) "
                         "WHERE key & 3 = 1"),
            "the checksum of piece 1 of the snapshot is wrong");
}

TEST_F(ChangedStore, IsRefusedWhenItHasAnotherFormat) {
  change("PRAGMA user_version = 1");
  EXPECT_EQ(refusal(Store::open(scratch_.folder()), Fault::identity),
            scratch_.folder() +
                " has the format 1, this program reads 2: start it with the version of lockd "
                "that made it, or make a new cluster");
}
TEST_F(ChangedStore, IsRefusedWhenItIsAnotherProgramsDatabase) {
  change("PRAGMA application_id = 1");
  EXPECT_EQ(refusal(Store::open(scratch_.folder()), Fault::identity),
            scratch_.folder() + "/lockd.db is not a store of lockd");
}

// SQLite reads "PRIMARI KEY" as the name of a type, and from then on no row has that key.
TEST_F(ChangedStore, IsRefusedWhenOneBitOfItsTablesDescriptionChanged) {
  const auto path = scratch_.folder() + "/lockd.db";
  const auto whole = content_of(path);
  for (const std::string table : {"meta", "state", "snapshot", "entries", "pieces"}) {
    const auto begin = whole.find("CREATE TABLE " + table);
    ASSERT_NE(begin, std::string::npos);
    for (auto at = begin; at < whole.find(')', begin); ++at) {
      auto damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ 1);
      put_content(path, damaged);
      EXPECT_TRUE(std::holds_alternative<Failure>(Store::open(scratch_.folder()))) << "byte " << at;
      std::filesystem::remove(path + "-wal");
    }
  }
}

TEST_F(ChangedStore, IsRefusedWhereverOneBitOfTheDatabaseMatters) {
  const auto path = scratch_.folder() + "/lockd.db";
  const auto whole = content_of(path);
  const auto expected = reopened(scratch_.folder());
  int refused = 0;
  for (std::size_t at = 0; at < whole.size(); at += 13) {
    auto damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
    put_content(path, damaged);
    const auto opened = Store::open(scratch_.folder());
    if (const auto* store = std::get_if<0>(&opened)) {
      const auto found = (*store)->recover();
      EXPECT_EQ(found.entries, expected.entries) << "byte " << at;
      EXPECT_EQ(found.hard_state, expected.hard_state) << "byte " << at;
      EXPECT_EQ(found.snapshot, expected.snapshot) << "byte " << at;
      EXPECT_EQ(found.pieces, expected.pieces) << "byte " << at;
      EXPECT_EQ((*store)->identity(), some_identity()) << "byte " << at;
    } else {
      ++refused;
    }
    std::filesystem::remove(path + "-wal");
  }
  EXPECT_GT(refused, 10);
}

}  // namespace
}  // namespace store
