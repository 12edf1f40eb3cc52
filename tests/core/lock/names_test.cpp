#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <string>

#include "core/lock/command.hpp"
#include "core/lock/event.hpp"
#include "core/lock/reply.hpp"

namespace lock {
namespace {

using testing::HasSubstr;

TEST(Names, MayBeAnyPrintableUtf8WithParts) {
  for (const char* name : {"a", "jobs/42", "a/b/c.d_e-f", "größe/日本語/🔒", "@home!", "a-", "9"}) {
    EXPECT_TRUE(check_name(name).ok()) << name;
  }
  EXPECT_TRUE(check_name(std::string(256, 'x')).ok());
}

TEST(Names, AreRefusedWithWhatIsWrong) {
  const std::pair<std::string, const char*> wrong[] = {
      {"", "empty"},
      {std::string(257, 'x'), "257 bytes; at most 256"},
      {"-a", "begins with '-'"},
      {"/a", "begins with '/'"},
      {"a/", "ends in '/'"},
      {"/", "begins with '/'"},
      {"a//b", "empty part"},
      {"a b", "space"},
      {"a,b", "','"},
      {"a=b", "'='"},
      {"a:s", "':'"},
      {"a\nb", "control character"},
      {"a\x7f", "control character"},
      {std::string("a\0b", 3), "control character"},
      {"a\xC2\x85", "control character"},      // NEL, of C1
      {"a\xE2\x80\xA8", "control character"},  // LINE SEPARATOR
  };
  for (const auto& [name, why] : wrong) {
    const auto status = check_name(name);
    ASSERT_FALSE(status.ok()) << name;
    EXPECT_THAT(status.error(), HasSubstr(why));
  }
}

TEST(Names, AreRefusedWhenTheyAreNotUtf8) {
  for (const char* name :
       {"\x80", "a\xFF", "\xC3", "\xC3(", "\xC0\xAF", "\xC1\xBF", "\xE0\x80\xAF", "\xE2\x82", "\xED\xA0\x80",
        "\xF0\x80\x80\xAF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xF0\x9F\x94"}) {
    const auto status = check_name(name);
    ASSERT_FALSE(status.ok());
    EXPECT_THAT(status.error(), HasSubstr("UTF-8"));
  }
}

RC_GTEST_PROP(Names, AnErrorIsOnePrintableLineWhateverTheBytes, (const std::string& name)) {
  const auto status = check_name(name);
  if (status.ok()) return;
  for (const char c : status.error()) RC_ASSERT(c >= 0x20 && c <= 0x7E);
  RC_ASSERT(status.error().size() < 200u);
}

TEST(Names, OfEventsAreThoseThatScenariosUse) {
  EXPECT_STREQ(name_of(Event(LockGranted{})), "lock_granted");
  EXPECT_STREQ(name_of(Event(HoldEnded{})), "hold_ended");
  EXPECT_STREQ(name_of(Event(StatusChanged{})), "status_changed");
  EXPECT_STREQ(name_of(Event(StaleTokenRefused{})), "stale_token_refused");
  EXPECT_STREQ(name_of(Event(SessionEnded{})), "session_ended");
  EXPECT_STREQ(name_of(Operation(SetStatus{})), "set_status");
  EXPECT_STREQ(name_of(Reply(NotHeld{})), "not_held");
}

}  // namespace
}  // namespace lock
