#include "core/store/store.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <sqlite3.h>
#include <sys/wait.h>

#include "tests/core/store/scratch.hpp"

namespace store {
namespace {

TEST(Store, IsEmptyAndKnowsWhoseItIsWhenItIsMade) {
  const Scratch scratch;
  EXPECT_FALSE(Store::exists(scratch.folder()));
  must(Store::create(scratch.folder(), some_identity()));
  EXPECT_TRUE(Store::exists(scratch.folder()));
  const auto store = must(Store::open(scratch.folder()));
  EXPECT_EQ(store->identity(), some_identity());
  EXPECT_EQ(store->recover().hard_state, raft::HardState{});
  EXPECT_TRUE(store->recover().entries.empty());
}

TEST(Store, RecoversWhatWasWritten) {
  const Scratch scratch;
  auto store = must(Store::create(scratch.folder(), some_identity()));
  const std::vector<raft::Write> writes{voting(1, base::NodeId(2)), appending({an_entry(1), an_entry(2)}),
                                        appending({an_entry(3)})};
  EXPECT_FALSE(store->write(writes));
  store.reset();
  const auto recovered = must(Store::open(scratch.folder()))->recover();
  EXPECT_EQ(recovered.hard_state, (raft::HardState{raft::Term(1), base::NodeId(2)}));
  EXPECT_EQ(recovered.entries, (std::vector{an_entry(1), an_entry(2), an_entry(3)}));
}

TEST(Store, RecoversAfterACrashWhatWasAcknowledged) {
  const Scratch scratch;
  auto store = must(Store::create(scratch.folder(), some_identity()));
  EXPECT_FALSE(write_one(*store, voting(3)));
  EXPECT_FALSE(write_one(*store, appending({an_entry(1)})));
  EXPECT_EQ(must(Store::open(scratch.crashed_copy()))->recover().entries.size(), 1u);
}

// The log and the hard state as the writes say they are.
struct Model {
  raft::HardState hard_state{raft::Term(5), {}};
  std::vector<raft::Entry> entries;

  raft::Write any_write() {
    raft::Write write;
    if (*rc::gen::arbitrary<bool>()) {
      write.hard_state =
          hard_state = {raft::Term(hard_state.term.value + *rc::gen::inRange(0, 2)), base::NodeId(1)};
    }
    if (!entries.empty() && *rc::gen::inRange(0, 4) == 0) {
      const auto kept = *rc::gen::inRange<std::size_t>(0, entries.size());
      entries.resize(kept);
      write.truncate_from = raft::Index(kept + 1);
    }
    for (auto n = *rc::gen::inRange(0, 4); n > 0; --n) {
      entries.push_back(an_entry(entries.size() + 1, 5, *rc::gen::arbitrary<std::string>()));
      write.entries.push_back(entries.back());
    }
    return write;
  }
};

TEST(Store, HoldsWhatAModelHoldsHoweverItIsWrittenAndReopened) {
  EXPECT_TRUE(rc::check([] {
    const Scratch scratch;
    Options options;
    options.checkpoint_pages = 3;
    auto store = must(Store::create(scratch.folder(), some_identity(), options));
    Model model;
    RC_ASSERT(!write_one(*store, {raft::WriteId(1), model.hard_state, {}, {}}));
    const auto steps = *rc::gen::inRange(1, 12);
    for (int i = 0; i < steps; ++i) {
      std::vector<raft::Write> writes(*rc::gen::inRange<std::size_t>(1, 4));
      for (auto& write : writes) write = model.any_write();
      RC_ASSERT(!store->write(writes));
      if (*rc::gen::arbitrary<bool>()) RC_ASSERT(!store->checkpoint());
      if (*rc::gen::inRange(0, 3) > 0) continue;
      store.reset();
      store = must(Store::open(scratch.folder(), options));
      RC_ASSERT(store->recover().entries == model.entries);
      RC_ASSERT(store->recover().hard_state == model.hard_state);
    }
    const auto after_crash = must(Store::open(scratch.crashed_copy()))->recover();
    RC_ASSERT(after_crash.entries == model.entries);
    RC_ASSERT(after_crash.hard_state == model.hard_state);
  }));
}

TEST(Store, KeepsItsLogShortByCheckpoints) {
  const Scratch scratch;
  Options options;
  options.checkpoint_pages = 10;
  const auto store = must(Store::create(scratch.folder(), some_identity(), options));
  EXPECT_FALSE(write_one(*store, voting(1)));
  for (std::uint64_t i = 1; i <= 100; ++i) {
    ASSERT_FALSE(write_one(*store, appending({an_entry(i)})));
    ASSERT_FALSE(store->checkpoint());
  }
  EXPECT_LT(std::filesystem::file_size(scratch.folder() + "/lockd.db-wal"), 20u * 4120);
}

TEST(Store, ChecksThatEntriesFollowOneAnother) {
  const Scratch scratch;
  const auto store = must(Store::create(scratch.folder(), some_identity()));
  EXPECT_THROW((void)write_one(*store, appending({an_entry(2)})), base::CheckFailed);
}

TEST(Opening, SaysThatNothingIsThere) {
  const Scratch scratch;
  EXPECT_EQ(refusal(Store::open(scratch.folder()), Fault::absent), scratch.folder() + " holds no store");
}

TEST(Opening, TakesAnInterruptedMakingForNoStore) {
  const Scratch scratch;
  std::filesystem::create_directory(scratch.folder());
  put_content(scratch.folder() + "/lockd.db.new", "half a database");
  EXPECT_FALSE(Store::exists(scratch.folder()));
  EXPECT_TRUE(must(Store::create(scratch.folder(), some_identity())));
}

TEST(Creating, RefusesAFolderThatHoldsAStore) {
  const Scratch scratch;
  must(Store::create(scratch.folder(), some_identity()));
  EXPECT_EQ(refusal(Store::create(scratch.folder(), some_identity()), Fault::identity),
            scratch.folder() + " already holds a store");
}

TEST(Creating, SaysThatItsFolderCanNotBeMade) {
  EXPECT_EQ(refusal(Store::create("/proc/nowhere/store", some_identity()), Fault::disk),
            "cannot make /proc/nowhere/store: No such file or directory");
}

TEST(Opening, RefusesAStoreThatIsOpen) {
  const Scratch scratch;
  const auto store = must(Store::create(scratch.folder(), some_identity()));
  EXPECT_EQ(refusal(Store::open(scratch.folder()), Fault::busy),
            scratch.folder() + " is in use by another lockd");
}

TEST(Opening, RefusesAStoreThatAnotherProcessHasOpen) {
  const Scratch scratch;
  const auto store = must(Store::create(scratch.folder(), some_identity()));
  const auto child = ::fork();
  if (child == 0) {
    const auto opened = Store::open(scratch.folder());
    const auto* failure = std::get_if<Failure>(&opened);
    ::_exit(failure && failure->fault == Fault::busy ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

// A closed store with three entries, changed by SQL as a fault or a stranger might.
class ChangedStore : public testing::Test {
 protected:
  ChangedStore() {
    const auto store = must(Store::create(scratch_.folder(), some_identity()));
    EXPECT_FALSE(write_one(*store, voting(2)));
    EXPECT_FALSE(write_one(*store, appending({an_entry(1), an_entry(2), an_entry(3, 2)})));
  }
  std::string refused_after(const std::string& sql, Fault fault) {
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open((scratch_.folder() + "/lockd.db").c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database);
    sqlite3_close(database);
    return refusal(Store::open(scratch_.folder()), fault);
  }
  std::string damage_after(const std::string& sql) {
    const auto line = refused_after(sql, Fault::damaged);
    const auto begin = scratch_.folder() + "/lockd.db is damaged: ";
    const std::string end =
        "; keep the directory for inspection and bring this server back as a new member with an empty one";
    EXPECT_EQ(line.substr(0, begin.size()), begin);
    return line.substr(begin.size(), line.size() - begin.size() - end.size());
  }
  Scratch scratch_;
};

TEST_F(ChangedStore, IsRefusedWhenAnEntryChanged) {
  EXPECT_EQ(damage_after("UPDATE entries SET entry = x'010102' WHERE idx = 1"),
            "the checksum of log entry 1 is wrong");
}
TEST_F(ChangedStore, IsRefusedWhenAnEntryIsMissing) {
  EXPECT_EQ(damage_after("DELETE FROM entries WHERE idx = 2"), "log entry 2 is missing before log entry 3");
}
TEST_F(ChangedStore, IsRefusedWhenTheLastEntryIsMissing) {
  EXPECT_EQ(damage_after("DELETE FROM entries WHERE idx = 3"), "the log ends at 2 instead of 3");
}
TEST_F(ChangedStore, IsRefusedWhenAnEntryTookAnothersPlace) {
  EXPECT_EQ(damage_after("UPDATE entries SET (entry, crc) = (SELECT entry, crc FROM entries WHERE idx = 2) "
                         "WHERE idx = 1"),
            "log entry 1 is kept in another's place");
}
TEST_F(ChangedStore, IsRefusedWhenTheVoteChanged) {
  EXPECT_EQ(damage_after("UPDATE hard_state SET state = x'030000'"),
            "the checksum of the term and vote is wrong");
}
TEST_F(ChangedStore, IsRefusedWhenTheVoteIsMissing) {
  EXPECT_EQ(damage_after("DELETE FROM hard_state"), "the term and vote is missing");
}
TEST_F(ChangedStore, IsRefusedWhenTheIdentityChanged) {
  EXPECT_EQ(damage_after("UPDATE meta SET crc = crc + 1"), "the checksum of the identity is wrong");
}
TEST_F(ChangedStore, IsRefusedWhenItHasAnotherFormat) {
  EXPECT_EQ(refused_after("PRAGMA user_version = 9", Fault::identity),
            scratch_.folder() + " has the format 9, this program reads 1");
}
TEST_F(ChangedStore, IsRefusedWhenItIsAnotherProgramsDatabase) {
  EXPECT_EQ(refused_after("PRAGMA application_id = 1", Fault::identity),
            scratch_.folder() + "/lockd.db is not a store of lockd");
}

TEST_F(ChangedStore, IsRefusedWhereverOneBitOfTheDatabaseMatters) {
  const auto path = scratch_.folder() + "/lockd.db";
  const auto whole = content_of(path);
  const auto expected = must(Store::open(scratch_.folder()))->recover();
  int refused = 0;
  for (std::size_t at = 0; at < whole.size(); at += 13) {
    auto damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
    put_content(path, damaged);
    const auto opened = Store::open(scratch_.folder());
    if (const auto* store = std::get_if<0>(&opened)) {
      EXPECT_EQ((*store)->recover().entries, expected.entries) << "byte " << at;
      EXPECT_EQ((*store)->recover().hard_state, expected.hard_state) << "byte " << at;
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
