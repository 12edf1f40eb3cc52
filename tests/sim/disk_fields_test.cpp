#include "sim/disk_fields.hpp"

#include <gtest/gtest.h>

namespace sim {
namespace {

base::Result<Scenario> parsed(const std::string& more) {
  return parse_scenario(
      "{\"raftsim\": 1, \"name\": \"x\", \"workload\": [{\"program\": \"locks\"}], \"checks\": []" + more +
          "}",
      "s.json");
}
std::string error_of(const std::string& more) {
  const auto scenario = parsed(more);
  return scenario.ok() ? "none" : scenario.error();
}
std::string with_step(const std::string& step) {
  return ",\n\"timeline\": [{\"at\": \"1s\", \"do\": \"disk\", \"select\": \"one\", " + step + "}]";
}

TEST(DiskFields, AreReadAsPartsPerMillionAndBytes) {
  const auto scenario = parsed(
      ", \"cluster\": {\"store\": \"sqlite\"}, \"disk\": {\"torn\": 0.1, \"fsync_error\": 0.000001, "
      "\"full_at\": "
      "300000, \"budget\": \"none\"}");
  ASSERT_TRUE(scenario.ok()) << scenario.error();
  EXPECT_EQ(scenario->store, StoreKind::sqlite);
  EXPECT_EQ(scenario->disk.torn, 100'000u);
  EXPECT_EQ(scenario->disk.sync_error, 1u);
  EXPECT_EQ(scenario->disk.full_at, 300'000u);
  EXPECT_FALSE(scenario->disk.recoverable);
}

TEST(DiskFields, SayWhatNeedsFiles) {
  EXPECT_EQ(
      error_of(",\n\"disk\": {\"torn\": 0.1}"),
      "s.json:2:18: disk.torn: needs \"store\": \"sqlite\": in memory a write is there whole or not at all");
  EXPECT_EQ(
      error_of(with_step("\"how\": \"torn\", \"for\": \"1s\"")),
      "s.json:2:65: timeline[0].how: needs \"store\": \"sqlite\": in memory a write is there whole or not at "
      "all");
}

TEST(DiskFields, NameTheNearestWayOfFailing) {
  EXPECT_EQ(error_of(with_step("\"how\": \"fail_sync\", \"for\": \"1s\"")),
            "s.json:2:65: timeline[0].how: unknown way of failing 'fail_sync', did you mean 'fail_syncs'?");
}

TEST(DiskFields, AskHowLongATroubleLastsButForRot) {
  EXPECT_EQ(error_of(with_step("\"how\": \"full\"")),
            "s.json:2:14: timeline[0]: 'for' is missing: a disk's trouble ends");
  EXPECT_EQ(error_of(with_step("\"how\": \"rot\", \"for\": \"1s\"")),
            "s.json:2:79: timeline[0].for: what has rotted stays so: 'for' says nothing here");
  EXPECT_EQ(error_of(with_step("\"how\": \"rot\"")), "none");
}

TEST(DiskFields, KeepThePowerWhereOnlyTheProcessCrashes) {
  const auto scenario = parsed(
      ", \"timeline\": [{\"at\": \"1s\", \"do\": \"crash\", \"what\": \"process\", \"select\": \"one\"}, "
      "{\"at\": "
      "\"2s\", \"do\": \"recover\"}]");
  ASSERT_TRUE(scenario.ok()) << scenario.error();
  EXPECT_TRUE(std::get<Crash>(scenario->timeline[0].action).process);
  EXPECT_TRUE(std::holds_alternative<Recovery>(scenario->timeline[1].action));
}

}  // namespace
}  // namespace sim
