#include "core/store/wal_scan.hpp"

#include <gtest/gtest.h>

#include "core/base/random.hpp"
#include "tests/core/store/scratch.hpp"

namespace store {
namespace {

constexpr std::size_t kHeaderBytes = 32, kFrameBytes = 24 + 4096;

// A log of several transactions, the last of them of several frames, as a crash leaves it.
class WalOfATransactionSeries : public testing::Test {
 protected:
  WalOfATransactionSeries() {
    const auto store = must(Store::create(scratch_.folder(), some_identity(), some_members()));
    EXPECT_FALSE(write_one(*store, voting(1)));
    for (std::uint64_t i = 1; i <= 6; ++i) {
      ends_.push_back(frames_now());
      EXPECT_FALSE(write_one(*store, appending({an_entry(i, 1, std::string(i == 6 ? 20'000 : 100, 'x'))})));
    }
    wal_ = content_of(wal_path_in(scratch_.folder()));
    crashed_ = scratch_.crashed_copy();
  }
  static std::string wal_path_in(const std::string& folder) { return folder + "/lockd.db-wal"; }
  std::size_t frames_now() const {
    return (std::filesystem::file_size(wal_path_in(scratch_.folder())) - kHeaderBytes) / kFrameBytes;
  }
  std::size_t last_transaction_at() const { return kHeaderBytes + ends_.back() * kFrameBytes; }
  std::size_t frames() const { return (wal_.size() - kHeaderBytes) / kFrameBytes; }

  Opened opened_with(const std::string& wal) {
    std::filesystem::remove_all(copy_);
    std::filesystem::copy(crashed_, copy_);
    put_content(wal_path_in(copy_), wal);
    return Store::open(copy_);
  }
  // It opens, with every transaction but the last.
  void expect_only_the_tail_lost(const std::string& wal) {
    EXPECT_FALSE(rot_of_wal(wal));
    EXPECT_EQ(must(opened_with(wal))->recover().entries.size(), 5u);
  }

  Scratch scratch_;
  std::vector<std::size_t> ends_;  // frames before each transaction
  std::string wal_;
  std::string crashed_;
  std::string copy_ = scratch_.folder("opened");
};

TEST_F(WalOfATransactionSeries, IsWhole) {
  EXPECT_FALSE(rot_of_wal(wal_));
  ASSERT_GT(frames(), ends_.back() + 3);
  EXPECT_EQ(must(opened_with(wal_))->recover().entries.size(), 6u);
}

TEST_F(WalOfATransactionSeries, IsRottenWhenAnyBitBeforeTheLastTransactionIsFlipped) {
  for (std::size_t frame = 0; frame < ends_.back(); ++frame) {
    const auto begin = kHeaderBytes + frame * kFrameBytes;
    for (std::size_t bit = 0; bit < kFrameBytes * 8; bit += bit < 24 * 8 ? 1 : 101) {
      auto damaged = wal_;
      damaged[begin + bit / 8] = static_cast<char>(damaged[begin + bit / 8] ^ (1 << bit % 8));
      ASSERT_TRUE(rot_of_wal(damaged)) << "bit " << bit << " of frame " << frame << " of " << frames();
    }
  }
}

// Two hide nothing either, but where both take away what says that the frame was ever written: its salts.
// (Two in one page may cancel out in SQLite's checksum. They don't in that of the row.)
TEST_F(WalOfATransactionSeries, IsRottenWhenAnyTwoBitsBeforeTheLastTransactionAreFlipped) {
  base::Random random(1);
  const auto salts = [](std::size_t at) { return at % kFrameBytes >= 8 && at % kFrameBytes < 16; };
  const auto page = [](std::size_t at) { return at % kFrameBytes >= 24; };
  for (int round = 0; round < 2000; ++round) {
    auto damaged = wal_;
    std::size_t at[2];
    for (auto& place : at) {
      // Headers are small, and what matters.
      place =
          random.below(ends_.back()) * kFrameBytes + random.below(random.below(2) == 0 ? 24 : kFrameBytes);
      damaged[kHeaderBytes + place] =
          static_cast<char>(damaged[kHeaderBytes + place] ^ (1 << random.below(8)));
    }
    const bool both = (salts(at[0]) && salts(at[1])) || (page(at[0]) && page(at[1]));
    if (damaged == wal_ || (both && at[0] / kFrameBytes == at[1] / kFrameBytes)) continue;
    ASSERT_TRUE(rot_of_wal(damaged)) << "bytes " << at[0] << " and " << at[1] << " of " << frames()
                                     << " frames";
  }
}

// The header of frame 42 lies in two sectors. A crash has written the second, with salts and checksum, and
// left in the first what a longer log had there before: the end of a transaction.
TEST(WalScan, TakesAHeaderThatMayBeMixedForAnEndOnlyBeforeAGoodFrame) {
  const Scratch scratch;
  const auto store = must(Store::create(scratch.folder(), some_identity(), some_members()));
  EXPECT_FALSE(write_one(*store, voting(1)));
  EXPECT_FALSE(write_one(*store, appending({an_entry(1, 1, std::string(60 * 4096, 'x'))})));
  auto torn = content_of(scratch.folder() + "/lockd.db-wal");
  const auto header = kHeaderBytes + 41 * kFrameBytes;
  ASSERT_EQ(header % 512, 504u);
  torn[header + 7] = 99;
  auto rest_lost = torn;
  for (auto at = header + kFrameBytes; at < torn.size(); at += kFrameBytes) rest_lost[at + 100] ^= 1;
  EXPECT_FALSE(rot_of_wal(rest_lost));
  EXPECT_TRUE(rot_of_wal(torn));
  auto lost_before = torn;
  lost_before[header - 100] ^= 1;
  EXPECT_FALSE(rot_of_wal(lost_before)) << "a crash has lost all up to the middle of the header";
}

TEST_F(WalOfATransactionSeries, IsRottenWhenAnyBitOfItsHeaderIsFlipped) {
  for (std::size_t bit = 0; bit < kHeaderBytes * 8; ++bit) {
    auto damaged = wal_;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    ASSERT_TRUE(rot_of_wal(damaged)) << "bit " << bit;
  }
}

TEST_F(WalOfATransactionSeries, IsRefusedWithALineThatSaysWhatToDo) {
  auto damaged = wal_;
  damaged[kHeaderBytes + 100] ^= 1;
  EXPECT_EQ(refusal(opened_with(damaged), Fault::damaged),
            wal_path_in(copy_) + " is damaged: frame 1 of " + std::to_string(frames()) +
                " is damaged, and transactions that were acknowledged lie behind it; keep the folder for "
                "inspection, and replace the server: `lockctl members remove ID`, then `lockd --join` with "
                "an empty folder");
}

TEST_F(WalOfATransactionSeries, LosesOnlyTheTailWhenItIsCutAnywhereInTheLastTransaction) {
  for (auto size = last_transaction_at(); size < wal_.size(); size += 997) {
    expect_only_the_tail_lost(wal_.substr(0, size));
  }
}

TEST_F(WalOfATransactionSeries, LosesOnlyTheTailWhenItsLastFrameIsGarbage) {
  auto torn = wal_;
  for (std::size_t at = torn.size() - 3000; at < torn.size(); ++at) torn[at] = '\x5A';
  expect_only_the_tail_lost(torn);
}

// The operating system writes the pages of an unsynced transaction back in any order.
TEST_F(WalOfATransactionSeries, LosesOnlyTheTailWhenPartsOfTheLastTransactionNeverReachedTheDisk) {
  base::Random random(1);
  for (int round = 0; round < 40; ++round) {
    auto torn = wal_;
    for (auto sector = last_transaction_at() / 512 + 1; sector < torn.size() / 512; ++sector) {
      if (random.below(4) > 0) continue;
      for (std::size_t i = 0; i < 512; ++i) torn[sector * 512 + i] = '\0';
    }
    EXPECT_FALSE(rot_of_wal(torn)) << "round " << round;
  }
}

TEST_F(WalOfATransactionSeries, LosesOnlyTheTailWhenItsFirstFrameIsMissing) {
  auto torn = wal_;
  for (std::size_t i = 0; i < kFrameBytes; ++i) torn[last_transaction_at() + i] = '\0';
  expect_only_the_tail_lost(torn);
}

TEST(WalScan, TakesAnAbsentOrUnfinishedHeaderForAnEmptyLog) {
  EXPECT_FALSE(rot_of_wal(""));
  EXPECT_FALSE(rot_of_wal(std::string(20, 'x')));
}

TEST(WalScan, MindsNoFramesOfAFormerGeneration) {
  const Scratch scratch;
  Options options;
  options.checkpoint_pages = 1;
  const auto store = must(Store::create(scratch.folder(), some_identity(), some_members(), options));
  EXPECT_FALSE(write_one(*store, voting(1)));
  for (std::uint64_t i = 1; i <= 8; ++i) {
    EXPECT_FALSE(write_one(*store, appending({an_entry(i, 1, std::string(i % 3 * 9000, 'x'))})));
    if (i % 3 == 0) {
      EXPECT_FALSE(store->checkpoint());
    }
    EXPECT_FALSE(rot_of_wal(content_of(scratch.folder() + "/lockd.db-wal")));
  }
}

}  // namespace
}  // namespace store
