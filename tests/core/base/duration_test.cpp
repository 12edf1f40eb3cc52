#include "core/base/duration.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <string>
#include <utility>
#include <vector>

namespace base {
namespace {

using namespace std::chrono_literals;

TEST(Duration, IsANumberAndAUnit) {
  const std::pair<const char*, Duration> known[] = {{"500ms", 500ms},
                                                    {"15s", 15s},
                                                    {"2m", 2min},
                                                    {"24h", 24h},
                                                    {"1.5s", 1500ms},
                                                    {"3us", 3us},
                                                    {"7d", 168h},
                                                    {"0.25h", 15min},
                                                    {"0s", 0s},
                                                    {"1ns", 1ns},
                                                    {"12", 12s},
                                                    {"0.000000001s", 1ns},
                                                    {"36500d", 24h * 36'500}};
  for (const auto& [text, value] : known) {
    const auto parsed = parse_duration(text);
    ASSERT_TRUE(parsed.ok()) << text;
    EXPECT_EQ(parsed.value(), value) << text;
  }
}

TEST(Duration, IsRefusedWithOneLineOtherwise) {
  for (const char* text :
       {"", "s", "-1s", "+1s", "1.s", ".5s", "1 s", "1x", "1S", "1s ", "1m30s", "1e3s", "0x1s"}) {
    const auto parsed = parse_duration(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_NE(parsed.error().find("is not a duration"), std::string::npos) << parsed.error();
  }
  for (const char* text : {"36501d", "99999999999999999999s", "9999999999h"}) {
    ASSERT_FALSE(parse_duration(text).ok()) << text;
    EXPECT_NE(parse_duration(text).error().find("at most 36500d"), std::string::npos);
  }
  for (const char* text : {"0.5ns", "0.0000000001s", "1.0000000000s"}) {
    ASSERT_FALSE(parse_duration(text).ok()) << text;
    EXPECT_NE(parse_duration(text).error().find("finer than a nanosecond"), std::string::npos);
  }
}

TEST(Duration, NeedsAUnitWhereABareNumberIsNotSeconds) {
  EXPECT_FALSE(parse_duration("12", false).ok());
  EXPECT_TRUE(parse_duration("12s", false).ok());
}

TEST(Duration, IsShownInItsShortestForm) {
  EXPECT_EQ(format_duration(0s), "0s");
  EXPECT_EQ(format_duration(125s), "2m 5s");
  EXPECT_EQ(format_duration(1250ms), "1.25s");
  EXPECT_EQ(format_duration(340ms), "340ms");
  EXPECT_EQ(format_duration(24h), "1d");
  EXPECT_EQ(format_duration(25h + 30s), "1d 1h 30s");
  EXPECT_EQ(format_duration(1500ns), "1.5us");
  EXPECT_EQ(format_duration(-2s), "-2s");
}

RC_GTEST_PROP(Duration, IsReadBackInAnyUnitThatSaysItExactly, ()) {
  const auto number = *rc::gen::inRange<std::int64_t>(0, 36'500);
  const auto [unit, length] = *rc::gen::elementOf(std::vector<std::pair<std::string, Duration>>{
      {"ns", 1ns}, {"us", 1us}, {"ms", 1ms}, {"s", 1s}, {"m", 1min}, {"h", 1h}, {"d", 24h}});
  const auto parsed = parse_duration(std::to_string(number) + unit);
  RC_ASSERT(parsed.ok());
  RC_ASSERT(parsed.value() == length * number);
}

RC_GTEST_PROP(Duration, BelowAMinuteComesBackFromItsOwnForm, ()) {
  const Duration value = *rc::gen::inRange<std::int64_t>(0, 60'000) * Duration(1ms);
  const auto parsed = parse_duration(format_duration(value));
  RC_ASSERT(parsed.ok());
  RC_ASSERT(parsed.value() == value);
}

}  // namespace
}  // namespace base
