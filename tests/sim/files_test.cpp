#include "sim/files.hpp"

#include <cerrno>
#include <gtest/gtest.h>
#include <set>

namespace sim {
namespace {

struct Machine {
  explicit Machine(std::uint64_t seed = 1)
      : tape(seed), files(faults, troubles, coverage, tape.stream("disk")) {}
  std::string content(const std::string& path) {
    std::string text;
    const int error = files.read(path, text);
    return error == 0 ? text : "error " + std::to_string(error);
  }
  void cycle() {
    files.lose_power();
    files.boot();
  }

  DiskFaults faults;
  DiskTroubles troubles;
  Coverage coverage;
  Tape tape;
  Files files;
};

TEST(Files, KeepWhatWasSynced) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Machine machine(seed);
    ASSERT_EQ(machine.files.write("data/a", "hello"), 0);
    ASSERT_EQ(machine.files.sync_folder("data"), 0);
    machine.cycle();
    EXPECT_EQ(machine.content("data/a"), "hello");
  }
}

TEST(Files, MayForgetANameThatWasNotSynced) {
  std::set<bool> there;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Machine machine(seed);
    ASSERT_EQ(machine.files.write("data/a", "hello"), 0);
    machine.cycle();
    there.insert(machine.files.exists("data/a"));
  }
  EXPECT_EQ(there, (std::set<bool>{false, true}));
}

TEST(Files, KeepLoseOrTearWhatWasNotSynced) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Machine machine(seed);
    ASSERT_EQ(machine.files.write("data/a", std::string(2 * kSectorBytes, 'a')), 0);
    ASSERT_EQ(machine.files.sync_folder("data"), 0);
    const auto file = machine.files.open("data/a", false);
    ASSERT_EQ(machine.files.write_at(file, 0, std::string(2 * kSectorBytes, 'b')), Written::done);
    EXPECT_EQ(machine.content("data/a").front(), 'b');
    machine.cycle();
    const auto after = machine.content("data/a");
    ASSERT_EQ(after.size(), 2 * kSectorBytes);
    seen.insert({after[0], after[kSectorBytes]});
    EXPECT_EQ(after.find_first_not_of(after[0]) % kSectorBytes,
              after[0] == after[kSectorBytes] ? std::string::npos % kSectorBytes : 0u);
  }
  EXPECT_EQ(seen, (std::set<std::string>{"aa", "ab", "ba", "bb"}));
}

TEST(Files, ShowAfterAFailedSyncWhatTheDiskMayNotHold) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Machine machine(seed);
    ASSERT_EQ(machine.files.write("data/a", "old"), 0);
    ASSERT_EQ(machine.files.sync_folder("data"), 0);
    const auto file = machine.files.open("data/a", false);
    ASSERT_EQ(machine.files.write_at(file, 0, "new"), Written::done);
    ++machine.troubles.fail_syncs;
    EXPECT_FALSE(machine.files.sync(file));
    --machine.troubles.fail_syncs;
    // It lies twice: that the sync goes well, and what it shows.
    EXPECT_TRUE(machine.files.sync(file));
    EXPECT_EQ(machine.content("data/a"), "new");
    machine.cycle();
    seen.insert(machine.content("data/a"));
  }
  EXPECT_EQ(seen, (std::set<std::string>{"old", "new"}));
}

TEST(Files, AreFullAtTheirBound) {
  Machine machine;
  machine.faults.full_at = 1000;
  ASSERT_EQ(machine.files.write("data/a", std::string(900, 'a')), 0);
  EXPECT_EQ(machine.files.free_bytes("data"), 100u);
  EXPECT_EQ(machine.files.write("data/b", std::string(101, 'b')), ENOSPC);
  EXPECT_EQ(machine.files.write("data/a", std::string(950, 'a')), 0);
}

TEST(Files, RotBehindTheNewestSyncOnly) {
  Machine machine;
  machine.faults.rot = 1'000'000;
  ASSERT_EQ(machine.files.write("data/lockd.db", std::string(600, 'a')), 0);
  ASSERT_EQ(machine.files.sync_folder("data"), 0);
  EXPECT_FALSE(machine.files.is_rotten());
  const auto file = machine.files.open("data/lockd.db", false);
  ASSERT_EQ(machine.files.write_at(file, 600, "b"), Written::done);
  ASSERT_TRUE(machine.files.sync(file));
  EXPECT_TRUE(machine.files.is_rotten());
  EXPECT_EQ(machine.content("data/lockd.db"), std::string(600, 'a') + "b");
  machine.cycle();
  EXPECT_NE(machine.content("data/lockd.db"), std::string(600, 'a') + "b");
  ASSERT_EQ(machine.files.write("data/lockd.db", "c"), 0);
  EXPECT_FALSE(machine.files.is_rotten());
}

TEST(Files, AnswerNothingWithoutAProcessOrPower) {
  Machine machine;
  ASSERT_EQ(machine.files.write("data/a", "a"), 0);
  machine.files.end_process_at(2);
  EXPECT_TRUE(machine.files.exists("data/a"));
  EXPECT_FALSE(machine.files.exists("data/a"));
  EXPECT_EQ(machine.files.write("data/a", "b"), EIO);
  machine.files.start_process();
  EXPECT_EQ(machine.content("data/a"), "a");
  const auto boot = machine.files.boot_id();
  machine.cycle();
  EXPECT_NE(machine.files.boot_id(), boot);
}

}  // namespace
}  // namespace sim
