#include <gtest/gtest.h>

#include "tests/core/store/failing_vfs.hpp"
#include "tests/core/store/scratch.hpp"

namespace store {
namespace {

using failing_vfs::Trouble;

class StoreOnAFailingDisk : public testing::Test {
 protected:
  StoreOnAFailingDisk() {
    failing_vfs::install();
    files_->vfs_name = failing_vfs::kName;
    files_->boot = "first-boot";
    options_.checkpoint_pages = 1;
    store_ = must(Store::create(scratch_.folder(), some_identity(), some_members(), options_));
    EXPECT_FALSE(write_one(*store_, voting(1)));
  }
  ~StoreOnAFailingDisk() override { failing_vfs::set(Trouble::none); }

  std::string mark() const { return scratch_.folder() + "/failed-sync"; }
  void fail_a_sync() {
    failing_vfs::set(Trouble::sync_fails);
    EXPECT_TRUE(write_one(*store_, appending({an_entry(1)})));
    failing_vfs::set(Trouble::none);
  }

  Scratch scratch_;
  std::shared_ptr<TestFiles> files_ = std::make_shared<TestFiles>();
  Options options_{.files = files_};
  std::unique_ptr<Store> store_;
};

TEST_F(StoreOnAFailingDisk, RefusesEverythingAfterAFailedSync) {
  failing_vfs::set(Trouble::sync_fails);
  const auto failure = write_one(*store_, appending({an_entry(1)}));
  ASSERT_TRUE(failure);
  EXPECT_EQ(static_cast<int>(failure->fault), static_cast<int>(Fault::disk));
  EXPECT_EQ(failure->message, "the disk under " + scratch_.folder() + "/lockd.db fails: disk I/O error");
  failing_vfs::set(Trouble::none);
  EXPECT_TRUE(write_one(*store_, appending({an_entry(1)})));
  EXPECT_TRUE(store_->checkpoint());
}

TEST_F(StoreOnAFailingDisk, IsNotOpenedAgainInTheSameBoot) {
  fail_a_sync();
  store_.reset();
  EXPECT_EQ(refusal(Store::open(scratch_.folder(), options_), Fault::disk),
            "the disk failed to keep a write to " + scratch_.folder() + " (the disk under " +
                scratch_.folder() + "/lockd.db fails: disk I/O error): restart the machine, or remove " +
                mark() + " if you know that the disk is sound");
}

TEST_F(StoreOnAFailingDisk, IsOpenedAfterTheMachineHasRestarted) {
  fail_a_sync();
  store_.reset();
  files_->boot = "second-boot";
  EXPECT_TRUE(must(Store::open(scratch_.folder(), options_)));
  EXPECT_FALSE(std::filesystem::exists(mark()));
}

TEST_F(StoreOnAFailingDisk, IsOpenedOnceAnOperatorHasRemovedTheMark) {
  fail_a_sync();
  store_.reset();
  std::filesystem::remove(mark());
  EXPECT_TRUE(must(Store::open(scratch_.folder(), options_)));
}

TEST_F(StoreOnAFailingDisk, RespectsAMarkThatCouldNotBeFilled) {
  store_.reset();
  put_content(mark(), "");
  refusal(Store::open(scratch_.folder(), options_), Fault::disk);
}

TEST_F(StoreOnAFailingDisk, TakesAFailedCheckpointForAFailedWrite) {
  failing_vfs::set(Trouble::sync_fails);
  EXPECT_TRUE(store_->checkpoint());
  failing_vfs::set(Trouble::none);
  EXPECT_TRUE(write_one(*store_, appending({an_entry(1)})));
  EXPECT_TRUE(std::filesystem::exists(mark()));
}

TEST_F(StoreOnAFailingDisk, LeavesNoMarkWhenTheDiskIsFull) {
  failing_vfs::set(Trouble::disk_is_full);
  const auto failure = write_one(*store_, appending({an_entry(1)}));
  failing_vfs::set(Trouble::none);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->message, "disk full: " + scratch_.folder() + "/lockd.db can't grow");
  EXPECT_TRUE(write_one(*store_, appending({an_entry(1)})));
  store_.reset();
  EXPECT_FALSE(std::filesystem::exists(mark()));
  EXPECT_TRUE(must(Store::open(scratch_.folder(), options_))->recover().entries.empty());
}

TEST(FullDisk, IsRefusedBeforeItIsMet) {
  const Scratch scratch;
  Options options;
  const auto files = std::make_shared<TestFiles>();
  files->free = 1'000'000;
  options.files = files;
  options.reserve_bytes = 500'000;
  auto store = must(Store::create(scratch.folder(), some_identity(), some_members(), options));
  EXPECT_FALSE(write_one(*store, voting(1)));
  EXPECT_FALSE(write_one(*store, appending({an_entry(1)})));
  files->free = 500'269;
  const auto failure = write_one(*store, appending({an_entry(2)}));
  ASSERT_TRUE(failure);
  EXPECT_EQ(static_cast<int>(failure->fault), static_cast<int>(Fault::disk));
  EXPECT_EQ(failure->message, "disk full: " + scratch.folder() + " has 500269 bytes free, 500270 needed");
  EXPECT_TRUE(write_one(*store, voting(2)));
  store.reset();
  EXPECT_EQ(must(Store::open(scratch.folder(), options))->recover().entries.size(), 1u);
}

}  // namespace
}  // namespace store
