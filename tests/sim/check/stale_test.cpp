// A stale read shows the past, whichever; never what is yet to come, nor what never was.
#include "sim/check/stale.hpp"

#include <gtest/gtest.h>

namespace check {
namespace {

Operation set(std::int64_t start, std::optional<std::int64_t> end, Revision revision,
              const std::string& value) {
  StatusSet written;
  written.state = "running";
  written.value = value;
  Operation operation{1, "k", written, start, end, std::nullopt};
  if (end) operation.ret = StatusWritten{revision};
  return operation;
}
Operation acquire(std::int64_t start, std::optional<std::int64_t> end, Token token) {
  Operation operation{1, "k", Acquire{}, start, end, std::nullopt};
  if (end) operation.ret = Granted{token};
  return operation;
}
Operation read(std::int64_t start, std::int64_t end, std::optional<RecordSeen> record,
               std::optional<Token> holder = std::nullopt) {
  return {
      2,     "k", StatusGet{},
      start, end, StatusSeen{std::move(record), holder ? std::vector{*holder} : std::vector<Token>{}, false}};
}
RecordSeen record(Revision revision, const std::string& value) {
  RecordSeen seen;
  seen.state = "running";
  seen.value = value;
  seen.revision = revision;
  return seen;
}
bool passes(const History& history, const Operation& one) {
  return !judge_stale_reads(history, {one}).has_value();
}

TEST(StaleReads, MayShowAnyEarlierState) {
  const History history = {set(0, 10, 1, "a"), set(20, 30, 2, "b")};
  EXPECT_TRUE(passes(history, read(100, 110, record(1, "a"))));
  EXPECT_TRUE(passes(history, read(100, 110, record(2, "b"))));
  EXPECT_TRUE(passes(history, read(100, 110, std::nullopt)));
}

TEST(StaleReads, MayNotShowWhatIsYetToCome) {
  const History history = {set(200, 300, 1, "a")};
  EXPECT_FALSE(passes(history, read(100, 110, record(1, "a"))));
  EXPECT_TRUE(passes(history, read(100, 200, record(1, "a"))));
}

TEST(StaleReads, MayNotShowWhatNobodyWrote) {
  const History history = {set(0, 10, 1, "a")};
  EXPECT_FALSE(passes(history, read(100, 110, record(1, "b"))));
  EXPECT_FALSE(passes(history, read(100, 110, record(2, "a"))));
}

TEST(StaleReads, MayShowAWriteOfUnknownOutcome) {
  const History history = {set(0, std::nullopt, 0, "a")};
  EXPECT_TRUE(passes(history, read(100, 110, record(7, "a"))));
  EXPECT_FALSE(passes(history, read(100, 110, record(7, "b"))));
}

TEST(StaleReads, MayShowOnlyHoldersWhoHadAsked) {
  const History history = {acquire(50, 60, 5)};
  EXPECT_TRUE(passes(history, read(100, 110, std::nullopt, 5)));
  EXPECT_FALSE(passes(history, read(10, 20, std::nullopt, 5)));
  EXPECT_FALSE(passes(history, read(100, 110, std::nullopt, 6)));
  EXPECT_TRUE(passes({acquire(50, std::nullopt, 0)}, read(100, 110, std::nullopt, 6)));
}

}  // namespace
}  // namespace check
