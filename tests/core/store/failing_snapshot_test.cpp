// The n-th call fails, for every n, while snapshots are written and the log is cut: afterwards there is the
// state before the write that failed or the one behind it, and never half of either.
#include <gtest/gtest.h>
#include <set>

#include "tests/core/store/failing_vfs.hpp"
#include "tests/core/store/scratch.hpp"

namespace store {
namespace {

using failing_vfs::Then;

// A snapshot of its own, one that replaces it, and one sent by a leader: with all that goes along.
std::vector<raft::Write> a_life() {
  const auto piece = [](char c) { return std::string(9000, c); };
  std::vector<raft::Write> writes{voting(1), appending({an_entry(1), an_entry(2), an_entry(3), an_entry(4)}),
                                  staging(0, piece('a')), staging(1, piece('b'), a_meta(2))};
  writes.back().compact_to = raft::Index(1);
  writes.push_back(staging(0, piece('x')));
  writes.push_back(staging(0, piece('c')));
  writes.push_back(appending({an_entry(5), an_entry(6)}));
  writes.push_back(staging(1, piece('d'), a_meta(4)));
  writes.back().compact_to = raft::Index(4);
  writes.push_back(voting(2, base::NodeId(1)));
  writes.push_back(staging(0, piece('e')));
  writes.push_back(staging(1, piece('f'), a_meta(5, 2)));
  writes.back().truncate_from = raft::Index(6);
  writes.back().compact_to = raft::Index(5);
  writes.back().entries = {an_entry(6, 2), an_entry(7, 2)};
  writes.back().hard_state = raft::HardState{raft::Term(3), {}};
  writes.push_back(appending({an_entry(8, 3)}));
  return writes;
}

class LifeOnAFailingDisk : public testing::TestWithParam<Then> {
 protected:
  LifeOnAFailingDisk() {
    failing_vfs::install();
    files_->vfs_name = failing_vfs::kName;
    files_->boot = "first-boot";
    options_.checkpoint_pages = 5;
    must(Store::create(scratch_.folder("new"), some_identity(), some_members(), options_));
    start();
    const auto store = must(Store::open(scratch_.folder(), options_));
    states_.push_back(reopened(scratch_.crashed_copy(), options_));
    for (const auto& write : writes_) {
      EXPECT_FALSE(write_one(*store, write));
      states_.push_back(reopened(scratch_.crashed_copy(), options_));
    }
  }
  ~LifeOnAFailingDisk() override { failing_vfs::has_failed(); }

  void start() {
    std::filesystem::remove_all(scratch_.folder());
    std::filesystem::copy(scratch_.folder("new"), scratch_.folder());
  }
  // The number of writes that are certainly there, and of those that may be.
  std::pair<std::size_t, std::size_t> live() {
    std::size_t done = 0;
    auto opened = Store::open(scratch_.folder(), options_);
    if (const auto* failure = std::get_if<Failure>(&opened)) {
      EXPECT_NE(static_cast<int>(failure->fault), static_cast<int>(Fault::damaged)) << failure->message;
      return {0, 0};
    }
    auto& store = *std::get<0>(opened);
    for (const auto& write : writes_) {
      if (write_one(store, write)) return {done, done + 1};
      ++done;
      if (store.checkpoint()) break;
    }
    return {done, done};
  }

  Scratch scratch_;
  std::shared_ptr<TestFiles> files_ = std::make_shared<TestFiles>();
  Options options_{.files = files_};
  std::vector<raft::Write> writes_ = a_life();
  std::vector<raft::Recovered> states_;  // after so many writes
};

TEST_P(LifeOnAFailingDisk, LeavesTheStateBeforeOrBehindAWriteAndNeverHalf) {
  bool failed = true;
  int seen_before = 0, seen_behind = 0;
  for (int n = 1; failed; ++n) {
    start();
    files_->boot = "first-boot";
    failing_vfs::fail_at(n, GetParam());
    const auto [least, most] = live();
    failed = failing_vfs::has_failed();
    files_->boot = "second-boot";
    const auto found = reopened(scratch_.folder(), options_);
    const auto when = "call " + std::to_string(n) + ", " + std::to_string(least) + " writes done";
    if (least < most && is_same(found, states_.at(most))) {
      ++seen_behind;
      continue;
    }
    ++seen_before;
    expect_same(found, states_.at(least), when);
    ASSERT_LT(n, 2000);
  }
  EXPECT_GT(seen_before, 50);
  // Where the sync failed, everything had been written.
  EXPECT_GT(seen_behind, 5);
}

// Each piece, each flip, each cut: the process is gone right behind it.
TEST_P(LifeOnAFailingDisk, GoesOnAfterACrashBetweenAnyTwoWrites) {
  for (std::size_t crash = 0; crash <= writes_.size(); ++crash) {
    start();
    failing_vfs::fail_at(1'000'000, GetParam());
    auto store = must(Store::open(scratch_.folder(), options_));
    for (std::size_t i = 0; i < crash; ++i) ASSERT_FALSE(write_one(*store, writes_[i]));
    expect_same(reopened(scratch_.crashed_copy(), options_), states_[crash],
                std::to_string(crash) + " writes");
  }
}

TEST_P(LifeOnAFailingDisk, BecomesAnotherClustersWhollyOrNotAtAll) {
  auto anew = appending({an_entry(1, 2)});
  anew.hard_state = raft::HardState{raft::Term(2), {}};
  bool failed = true;
  std::set<std::size_t> seen;  // entries
  for (int n = 1; failed; ++n) {
    start();
    files_->boot = "first-boot";
    auto store = must(Store::open(scratch_.folder(), options_));
    failing_vfs::fail_at(n, GetParam());
    const auto failure = store->refound(base::ClusterId(78), anew);
    failed = failing_vfs::has_failed();
    EXPECT_EQ(failure.has_value(), failed);
    store.reset();
    files_->boot = "second-boot";
    store = must(Store::open(scratch_.folder(), options_));
    const auto found = store->recover();
    const bool is_new = store->identity().cluster == base::ClusterId(78);
    EXPECT_EQ(found.hard_state.term, raft::Term(is_new ? 2 : 0)) << n;
    EXPECT_EQ(found.entries.size(), is_new ? 1u : 0u) << n;
    seen.insert(found.entries.size());
  }
  EXPECT_EQ(seen.size(), 2u);
}

INSTANTIATE_TEST_SUITE_P(, LifeOnAFailingDisk, testing::Values(Then::works_again, Then::stays_dead),
                         [](const auto& then) {
                           return then.param == Then::works_again ? "ThatRecovers" : "ThatIsDead";
                         });

}  // namespace
}  // namespace store
