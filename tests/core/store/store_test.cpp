#include "core/store/store.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "tests/core/store/scratch.hpp"

namespace store {
namespace {

TEST(Store, IsEmptyAndKnowsWhoseItIsWhenItIsMade) {
  const Scratch scratch;
  EXPECT_FALSE(Store::exists(scratch.folder()));
  must(Store::create(scratch.folder(), some_identity(), some_members()));
  EXPECT_TRUE(Store::exists(scratch.folder()));
  const auto store = must(Store::open(scratch.folder()));
  EXPECT_EQ(store->identity(), some_identity());
  EXPECT_EQ(store->origin(), (Origin{base::ClusterId(77), some_members()}));
  const auto found = store->recover();
  EXPECT_EQ(found.hard_state, raft::HardState{});
  EXPECT_EQ(found.snapshot, (raft::SnapshotMeta{{}, {}, some_members()}));
  EXPECT_TRUE(found.entries.empty());
  EXPECT_TRUE(found.pieces.empty());
}

TEST(Store, RecoversWhatWasWritten) {
  const Scratch scratch;
  auto store = must(Store::create(scratch.folder(), some_identity(), some_members()));
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
  auto store = must(Store::create(scratch.folder(), some_identity(), some_members()));
  EXPECT_FALSE(write_one(*store, voting(3)));
  EXPECT_FALSE(write_one(*store, appending({an_entry(1)})));
  EXPECT_EQ(must(Store::open(scratch.crashed_copy()))->recover().entries.size(), 1u);
}

TEST(Store, KeepsItsLogShortByCheckpoints) {
  const Scratch scratch;
  Options options;
  options.checkpoint_pages = 10;
  const auto store = must(Store::create(scratch.folder(), some_identity(), some_members(), options));
  EXPECT_FALSE(write_one(*store, voting(1)));
  for (std::uint64_t i = 1; i <= 100; ++i) {
    ASSERT_FALSE(write_one(*store, appending({an_entry(i)})));
    ASSERT_FALSE(store->checkpoint());
  }
  EXPECT_LT(std::filesystem::file_size(scratch.folder() + "/lockd.db-wal"), 20u * 4120);
}

TEST(Store, ChecksThatEntriesFollowOneAnother) {
  const Scratch scratch;
  const auto store = must(Store::create(scratch.folder(), some_identity(), some_members()));
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
  EXPECT_TRUE(must(Store::create(scratch.folder(), some_identity(), some_members())));
}

TEST(Creating, RefusesAFolderThatHoldsAStore) {
  const Scratch scratch;
  must(Store::create(scratch.folder(), some_identity(), some_members()));
  EXPECT_EQ(refusal(Store::create(scratch.folder(), some_identity(), some_members()), Fault::identity),
            scratch.folder() + " already holds a store");
}

TEST(Creating, RefusesAFolderWhoseDatabaseAloneWasDeleted) {
  const Scratch scratch;
  must(Store::create(scratch.folder(), some_identity(), some_members()));
  EXPECT_EQ(Store::check_unused(scratch.folder())->message, scratch.folder() + " already holds a store");
  std::filesystem::remove(scratch.folder() + "/lockd.db");
  const auto line =
      refusal(Store::create(scratch.folder(), some_identity(), some_members()), Fault::identity);
  EXPECT_EQ(line, scratch.folder() +
                      "/lockd.db is gone, and with it this server's votes: it must not come "
                      "back under its old id (" +
                      scratch.folder() +
                      "/identity says which); `lockctl members remove ID`, then `lockd --join` with an empty "
                      "folder");
  EXPECT_EQ(Store::check_unused(scratch.folder())->message, line);
  std::filesystem::remove_all(scratch.folder());
  EXPECT_FALSE(Store::check_unused(scratch.folder()));
}

TEST(Creating, SaysInAFileWhoWorksInTheFolder) {
  const Scratch scratch;
  must(Store::create(scratch.folder(), some_identity(), some_members()));
  const auto text = content_of(scratch.folder() + "/identity");
  EXPECT_EQ(text.substr(0, text.find("\n\n")), "cluster 000000000000004d\nserver 2\naddress b:2");
}

TEST(Opening, LeavesTheFileThatSaysWhoWorksInTheFolderAgain) {
  const Scratch scratch;
  must(Store::create(scratch.folder(), some_identity(), some_members()));
  std::filesystem::remove(scratch.folder() + "/identity");
  must(Store::open(scratch.folder()));
  EXPECT_TRUE(std::filesystem::exists(scratch.folder() + "/identity"));
}

TEST(Creating, TakesNoMembersForAServerThatIsToJoin) {
  const Scratch scratch;
  must(Store::create(scratch.folder(), some_identity(), {}));
  EXPECT_EQ(reopened(scratch.folder()).snapshot, raft::SnapshotMeta{});
}

TEST(Creating, SaysThatItsFolderCanNotBeMade) {
  EXPECT_EQ(refusal(Store::create("/proc/nowhere/store", some_identity(), some_members()), Fault::disk),
            "cannot make /proc/nowhere/store: No such file or directory");
}

TEST(Opening, RefusesAStoreThatIsOpen) {
  const Scratch scratch;
  const auto store = must(Store::create(scratch.folder(), some_identity(), some_members()));
  EXPECT_EQ(refusal(Store::open(scratch.folder()), Fault::busy),
            scratch.folder() + " is in use by another lockd");
}

TEST(Opening, RefusesAStoreThatAnotherProcessHasOpen) {
  const Scratch scratch;
  const auto store = must(Store::create(scratch.folder(), some_identity(), some_members()));
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

}  // namespace
}  // namespace store
