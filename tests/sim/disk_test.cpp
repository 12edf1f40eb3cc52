#include "sim/disk.hpp"

#include <gtest/gtest.h>
#include <set>

namespace sim {
namespace {

raft::Write entry_write(std::uint64_t index) {
  raft::Write write;
  write.id = raft::WriteId(index);
  write.entries.push_back({{raft::Index(index), raft::Term(1)}, {}, raft::Noop{}});
  return write;
}

Disk make(Queue& queue, std::uint64_t seed) {
  return {queue, 0, Distribution(1000), base::Random(seed)};
}

TEST(Disk, KeepsEverythingItPromised) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Queue queue;
    auto disk = make(queue, seed);
    disk.write(entry_write(1));
    disk.write(entry_write(2));
    EXPECT_EQ(disk.done(), raft::WriteId(1));
    disk.crash();
    EXPECT_GE(disk.recover(2).entries.size(), 1u);
  }
}

TEST(Disk, LosesATailOfWhatItDidNotPromise) {
  std::set<std::size_t> survivors;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Queue queue;
    auto disk = make(queue, seed);
    for (std::uint64_t i = 1; i <= 3; ++i) disk.write(entry_write(i));
    const auto lost = disk.crash();
    const auto kept = disk.recover(2).entries.size();
    EXPECT_EQ(lost + kept, 3u);
    survivors.insert(kept);
  }
  EXPECT_EQ(survivors, (std::set<std::size_t>{0, 1, 2, 3}));
}

TEST(Disk, SharesTheNextSyncAmongAllThatWaited) {
  Queue queue;
  auto disk = make(queue, 1);
  for (std::uint64_t i = 1; i <= 3; ++i) disk.write(entry_write(i));
  EXPECT_EQ(disk.done(), raft::WriteId(1));
  EXPECT_EQ(disk.done(), raft::WriteId(3));
}

}  // namespace
}  // namespace sim
