#include "sim/disk.hpp"

#include <gtest/gtest.h>
#include <set>

namespace sim {
namespace {

raft::Write entry_write(std::uint64_t index) {
  raft::Write write;
  write.id = raft::WriteId(index);
  write.entries.push_back({{raft::Index(index), raft::Term(1)}, {index}, raft::Noop{}});
  write.hard_state = raft::HardState{raft::Term(1), {}};
  return write;
}

// A disk with nothing but what makes it one.
struct Bench {
  explicit Bench(StoreKind kind, std::uint64_t seed = 1)
      : tape(seed), disk(make_disk(kind, {0, queue, coverage, faults, tape.stream("disk 1")})) {
    disk->format({base::ClusterId(1), base::NodeId(1), "s1"}, raft::bootstrap(1, {"s1"}));
    (void)found();
  }
  // What the next run finds.
  raft::Recovered found() {
    auto recovered = disk->recover(++epoch);
    EXPECT_FALSE(disk->flaw()) << *disk->flaw();
    return std::get<raft::Recovered>(std::move(recovered));
  }
  store::Failure refusal() {
    const auto recovered = disk->recover(++epoch);
    const auto* failure = std::get_if<store::Failure>(&recovered);
    if (!failure) ADD_FAILURE() << "it starts";
    return failure ? *failure : store::Failure{};
  }
  void keep(std::uint64_t first, std::uint64_t last) {
    for (auto i = first; i <= last; ++i) {
      disk->write(entry_write(i));
      EXPECT_EQ(disk->done().durable, raft::WriteId(i));
    }
  }

  Queue queue;
  Coverage coverage;
  DiskFaults faults;
  Tape tape;
  std::uint32_t epoch = 0;
  std::unique_ptr<Disk> disk;
};

class AnyDisk : public testing::TestWithParam<StoreKind> {};

TEST_P(AnyDisk, KeepsEverythingItPromised) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Bench bench(GetParam(), seed);
    bench.disk->write(entry_write(1));
    bench.disk->write(entry_write(2));
    EXPECT_EQ(bench.disk->done().durable, raft::WriteId(1));
    bench.disk->end(Disk::End::power_lost);
    EXPECT_GE(bench.found().entries.size(), 1u);
  }
}

TEST_P(AnyDisk, KeepsEverythingItPromisedAfterAProcessThatWroteNothing) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Bench bench(GetParam(), seed);
    bench.disk->end(Disk::End::killed);
    (void)bench.found();
    bench.keep(1, 3);
    bench.disk->end(Disk::End::power_lost);
    EXPECT_EQ(bench.found().entries.size(), 3u);
  }
}

TEST_P(AnyDisk, KeepsOrLosesWhatItDidNotPromise) {
  std::set<std::size_t> survivors;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Bench bench(GetParam(), seed);
    for (std::uint64_t i = 1; i <= 3; ++i) bench.disk->write(entry_write(i));
    bench.disk->end(Disk::End::power_lost);
    survivors.insert(bench.found().entries.size());
  }
  // The first is being synced, the others wait; only a disk in memory may have begun them.
  const bool memory = GetParam() == StoreKind::memory;
  EXPECT_EQ(survivors, memory ? (std::set<std::size_t>{0, 1, 2, 3}) : (std::set<std::size_t>{0, 1}));
}

TEST_P(AnyDisk, SharesTheNextSyncAmongAllThatWaited) {
  Bench bench(GetParam());
  for (std::uint64_t i = 1; i <= 3; ++i) bench.disk->write(entry_write(i));
  EXPECT_EQ(bench.disk->done().durable, raft::WriteId(1));
  EXPECT_EQ(bench.disk->done().durable, raft::WriteId(3));
}

TEST_P(AnyDisk, IsNotBelievedAfterAFailedSyncBeforeTheMachineHasRestarted) {
  Bench bench(GetParam());
  bench.keep(1, 2);
  ++bench.disk->troubles().fail_syncs;
  bench.disk->write(entry_write(3));
  EXPECT_TRUE(bench.disk->done().failure);
  --bench.disk->troubles().fail_syncs;
  bench.disk->end(Disk::End::failed);
  EXPECT_NE(bench.refusal().message.find("restart the machine"), std::string::npos);
  bench.disk->power_cycle();
  EXPECT_GE(bench.found().entries.size(), 2u);
}

TEST_P(AnyDisk, RefusesWhatDoesNotFitAndLeavesNoMark) {
  Bench bench(GetParam());
  bench.keep(1, 2);
  ++bench.disk->troubles().full;
  bench.disk->write(entry_write(3));
  EXPECT_NE(bench.disk->done().failure.value().message.find("disk full"), std::string::npos);
  bench.disk->end(Disk::End::failed);
  --bench.disk->troubles().full;
  EXPECT_EQ(bench.found().entries.size(), 2u);
}

TEST_P(AnyDisk, FailsToStartWhileReadsFail) {
  Bench bench(GetParam());
  bench.keep(1, 2);
  bench.disk->end(Disk::End::power_lost);
  ++bench.disk->troubles().fail_reads;
  EXPECT_EQ(bench.refusal().fault, store::Fault::disk);
  --bench.disk->troubles().fail_reads;
  EXPECT_EQ(bench.found().entries.size(), 2u);
}

TEST_P(AnyDisk, TakesLongerWhileItIsSlow) {
  Bench bench(GetParam());
  bench.faults.latency_ns = Distribution(1000);
  ++bench.disk->troubles().slow;
  bench.disk->write(entry_write(1));
  EXPECT_EQ(bench.queue.next(), Duration(20'000));
}

INSTANTIATE_TEST_SUITE_P(Kinds, AnyDisk, testing::Values(StoreKind::memory, StoreKind::sqlite),
                         [](const auto& instance) {
                           return instance.param == StoreKind::memory ? "memory" : "sqlite";
                         });

TEST(SqliteDisk, RefusesWhatHasRottedOrShowsAllOfIt) {
  std::size_t refused = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Bench bench(StoreKind::sqlite, seed);
    bench.keep(1, 20);
    bench.disk->rot();
    bench.disk->end(Disk::End::power_lost);
    const auto recovered = bench.disk->recover(9);
    EXPECT_FALSE(bench.disk->flaw()) << *bench.disk->flaw();
    refused += std::holds_alternative<store::Failure>(recovered) ? 1 : 0;
  }
  EXPECT_GT(refused, 10u);
}

// A run of one store in which one call is chosen to go wrong.
struct OneFlip {
  OneFlip(FaultSite site, std::uint64_t n)
      : tape(schedule_of(site, n)),
        disk(make_disk(StoreKind::sqlite, {0, queue, coverage, faults, tape.stream("disk 1")})) {
    disk->format({base::ClusterId(1), base::NodeId(1), "s1"}, raft::bootstrap(1, {"s1"}));
    if (starts(1)) live();
  }
  static Schedule schedule_of(FaultSite site, std::uint64_t n) {
    Schedule schedule;
    schedule.seed = 1;
    schedule.flips.push_back({"disk 1", site, n});
    return schedule;
  }
  bool starts(std::uint32_t epoch) {
    auto opened = disk->recover(epoch);
    EXPECT_FALSE(disk->flaw()) << *disk->flaw();
    if (const auto* failure = std::get_if<store::Failure>(&opened)) {
      EXPECT_EQ(failure->fault, store::Fault::disk) << failure->message;
      return false;
    }
    entries = std::get<raft::Recovered>(opened).entries.size();
    return true;
  }
  void live() {
    while (done < 3) {
      disk->write(entry_write(done + 1));
      const auto outcome = disk->done();
      done += outcome.durable ? 1 : 0;
      if (outcome.failure) return disk->end(disk->has_power() ? Disk::End::failed : Disk::End::power_lost);
    }
    disk->end(Disk::End::killed);
  }

  Queue queue;
  Coverage coverage;
  DiskFaults faults;
  Tape tape;
  std::unique_ptr<Disk> disk;
  std::uint64_t done = 0;
  std::size_t entries = 0;
};

// As the sweep does it: every n.
TEST(SqliteDisk, LosesNothingWhateverCallThePowerGoesIn) {
  for (std::uint64_t n = 1;; ++n) {
    OneFlip run(FaultSite::power_cut, n);
    if (!run.coverage.contains("power_cuts")) {
      EXPECT_GT(n, 30u);
      return;
    }
    run.disk->power_cycle();
    ASSERT_TRUE(run.starts(2)) << "call " << n;
    EXPECT_GE(run.entries, run.done) << "call " << n;
    ASSERT_LT(n, 1000u);
  }
}

TEST(SqliteDisk, LosesNothingWhateverWriteOrSyncFails) {
  for (const auto site : {FaultSite::write_error, FaultSite::sync_error}) {
    for (std::uint64_t n = 1;; ++n) {
      OneFlip run(site, n);
      if (!run.coverage.contains("writes_failed") && !run.coverage.contains("syncs_failed")) break;
      run.disk->power_cycle();
      ASSERT_TRUE(run.starts(2)) << "call " << n;
      EXPECT_GE(run.entries, run.done) << "call " << n;
      ASSERT_LT(n, 1000u);
    }
  }
}

TEST(SqliteDisk, TakesNoReadThatFailsForDamage) {
  for (std::uint64_t n = 1;; ++n) {
    OneFlip run(FaultSite::read_error, n);
    if (!run.coverage.contains("reads_failed")) {
      EXPECT_GT(n, 5u);
      return;
    }
    run.disk->power_cycle();
    ASSERT_TRUE(run.starts(2)) << "read " << n;
    EXPECT_GE(run.entries, run.done) << "read " << n;
    ASSERT_LT(n, 1000u);
  }
}

}  // namespace
}  // namespace sim
