#include "core/base/check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/result.hpp"

namespace base {
namespace {

std::string message_of(const char* file) {
  try {
    check_failed("a == b", file, 7);
  } catch (const CheckFailed& failed) {
    return failed.what();
  }
}

TEST(Check, SaysWhatFailedAndWhereWithinTheSources) {
  EXPECT_EQ(message_of("/anywhere/at/all/core/lock/locks.cpp"),
            "check failed: a == b at core/lock/locks.cpp:7");
  EXPECT_EQ(message_of("/somewhere/core/x/net/wire.cpp"), "check failed: a == b at net/wire.cpp:7");
  EXPECT_EQ(message_of("sim/world.cpp"), "check failed: a == b at sim/world.cpp:7");
}

TEST(Check, ThrowsOnlyWhereTheConditionIsFalse) {
  EXPECT_NO_THROW(CHECK(1 + 1 == 2));
  EXPECT_THROW(CHECK(1 + 1 == 3), CheckFailed);
}

TEST(Result, IsAValueOrAnError) {
  const Result<int> value = 3;
  EXPECT_TRUE(value.ok());
  EXPECT_EQ(value.value(), 3);
  EXPECT_THROW((void)value.error(), CheckFailed);
  const Result<int> error = Error{"no"};
  EXPECT_FALSE(error.ok());
  EXPECT_EQ(error.error(), "no");
  EXPECT_THROW((void)error.value(), CheckFailed);
}

}  // namespace
}  // namespace base
