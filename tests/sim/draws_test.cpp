#include "sim/draws.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "sim/distribution.hpp"

namespace sim {
namespace {

Schedule plain() {
  return {};
}

Schedule seeded(std::uint64_t seed) {
  return {seed, {}, {}};
}

TEST(Draws, OfASeedAreThoseOfItsGenerator) {
  Tape tape(7);
  base::Random random(7, "network s1>s2");
  auto& draws = tape.stream("network s1>s2");
  EXPECT_EQ(&draws, &tape.stream("network s1>s2"));
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(draws.below(1000), random.below(1000));
    EXPECT_EQ(draws.next(), random.next());
    EXPECT_EQ(draws.chance(300'000), random.chance(300'000));
  }
}

TEST(Draws, OfOneStreamDoNotShiftAnother) {
  Tape one(7);
  Tape other(7);
  for (int i = 0; i < 5; ++i) (void)one.stream("faults").next();
  EXPECT_EQ(one.stream("disk 1").next(), other.stream("disk 1").next());
  EXPECT_NE(one.stream("disk 2").next(), one.stream("disk 1").next());
}

TEST(Draws, HavePlainValuesWithoutASeed) {
  Tape tape(plain());
  auto& draws = tape.stream("client 1");
  EXPECT_EQ(draws.below(1000), 0u);
  EXPECT_EQ(draws.between(-5, 5), -5);
  EXPECT_FALSE(draws.chance(1'000'000));
  EXPECT_EQ(Distribution::uniform(10, 20).sample(draws), 15);
  EXPECT_EQ(Distribution(12).sample(draws), 12);
  const auto lognormal = Distribution::lognormal(1'000'000, 20'000'000).sample(draws);
  EXPECT_NEAR(static_cast<double>(lognormal), 1e6, 1e3);
  const auto first = draws.next();
  EXPECT_NE(first, 0u);
  EXPECT_NE(first, draws.next());
  Tape again(plain());
  auto& same = again.stream("client 1");
  for (int i = 0; i < 6; ++i) (void)same.below(2);
  EXPECT_EQ(same.next(), first);
  EXPECT_NE(again.stream("client 2").next(), first);
}

TEST(Draws, AreWhatTheScheduleSays) {
  auto schedule = plain();
  schedule.draws["disk 1"] = {{1, 3}, {2, 99}, {4, 1}, {5, 4}};
  Tape tape(schedule);
  auto& draws = tape.stream("disk 1");
  EXPECT_EQ(draws.below(10), 0u);
  EXPECT_EQ(draws.below(10), 3u);
  EXPECT_EQ(draws.below(10), 9u) << "too great: the greatest";
  EXPECT_FALSE(draws.chance(0));
  EXPECT_TRUE(draws.chance(0));
  EXPECT_EQ(Distribution::uniform(-10, 10).sample(draws), -6);
}

TEST(Draws, BehindAWrittenOneAreStillTheSeeds) {
  auto schedule = seeded(3);
  schedule.draws["faults"] = {{0, 5}};
  Tape written(schedule);
  Tape usual(3);
  EXPECT_EQ(written.stream("faults").below(10), 5u);
  (void)usual.stream("faults").below(10);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(written.stream("faults").next(), usual.stream("faults").next());
}

TEST(Draws, FlipTheKthChanceOfASite) {
  auto schedule = plain();
  schedule.flips = {{"disk 2", FaultSite::sync_error, 2}};
  Tape tape(schedule);
  auto& draws = tape.stream("disk 2");
  EXPECT_FALSE(draws.chance(0, FaultSite::sync_error));
  EXPECT_FALSE(draws.chance(0, FaultSite::write_error));
  EXPECT_TRUE(draws.chance(0, FaultSite::sync_error));
  EXPECT_FALSE(draws.chance(0, FaultSite::sync_error));
  EXPECT_FALSE(tape.stream("disk 1").chance(0, FaultSite::sync_error));
}

TEST(Draws, KnowTheirSitesByName) {
  for (std::size_t i = 0; i < kFaultSites; ++i) {
    const auto site = static_cast<FaultSite>(i);
    EXPECT_EQ(fault_site_named(name_of(site)), site);
  }
  EXPECT_EQ(fault_site_named("fire"), std::nullopt);
}

// Something of every kind, as the numbers say.
std::vector<std::int64_t> play(Draws& draws, const std::vector<std::uint8_t>& kinds) {
  static const auto latency = Distribution::lognormal(1'000'000, 20'000'000);
  std::vector<std::int64_t> drawn;
  for (const auto kind : kinds) {
    if (kind % 5 == 0) drawn.push_back(static_cast<std::int64_t>(draws.next()));
    if (kind % 5 == 1) drawn.push_back(static_cast<std::int64_t>(draws.below(kind + 1u)));
    if (kind % 5 == 2) drawn.push_back(draws.between(-kind, kind));
    if (kind % 5 == 3) drawn.push_back(draws.chance(kind * 4000u, FaultSite::loss));
    if (kind % 5 == 4) drawn.push_back(latency.sample(draws));
  }
  return drawn;
}

RC_GTEST_PROP(Draws, WrittenDownGiveTheSameRunWithoutTheSeed,
              (std::uint64_t seed, const std::vector<std::uint8_t>& kinds)) {
  Recording recording;
  Tape tape(seeded(seed), &recording);
  const auto first = play(tape.stream("client 1"), kinds);
  RC_ASSERT(play(Tape(seed).stream("client 1"), kinds) == first);
  auto schedule = plain();
  const auto& draws = recording.streams.at("client 1").draws;
  for (std::size_t i = 0; i < draws.size(); ++i) {
    if (draws[i].value != draws[i].plain) schedule.draws["client 1"].emplace_back(i, draws[i].value);
  }
  RC_ASSERT(play(Tape(schedule).stream("client 1"), kinds) == first);
}

}  // namespace
}  // namespace sim
