#include <csignal>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include "cli/common/held.hpp"
#include "cli/common/kill_plan.hpp"
#include "cli/common/nearest.hpp"
#include "cli/common/percentile.hpp"
#include "cli/common/printable.hpp"
#include "cli/common/process.hpp"
#include "cli/common/table.hpp"

namespace {

using namespace std::chrono_literals;

TEST(Held, TellsTheTokenOfANameItHas) {
  EXPECT_EQ(cli::token_held("a=41 b/c=42", "b/c"), 42u);
  EXPECT_EQ(cli::token_held("a=41 b/c=42", "c"), std::nullopt);
  EXPECT_EQ(cli::token_held("", "a"), std::nullopt);
  EXPECT_EQ(cli::token_held("a=x", "a"), std::nullopt);
}

TEST(Nearest, FindsTheVerbThatWasMeant) {
  const std::vector<std::string> verbs = {"run", "acquire", "release", "status"};
  EXPECT_EQ(cli::nearest("aquire", verbs), "acquire");
  EXPECT_EQ(cli::nearest("relaese", verbs), "release");
  EXPECT_EQ(cli::nearest("stat", verbs), "status");
  EXPECT_EQ(cli::nearest("rn", verbs), "run");
}

TEST(Nearest, SaysNothingWhereNothingIsClose) {
  EXPECT_EQ(cli::nearest("elephant", {"run", "status"}), std::nullopt);
  EXPECT_EQ(cli::nearest("x", {}), std::nullopt);
}

TEST(KillPlan, TellsTheCommandToEndBeforeItKillsIt) {
  const auto plan = cli::kill_plan(15s, std::nullopt);
  ASSERT_TRUE(plan);
  const base::Instant deadline{100s};
  const auto times = plan->at(deadline);
  EXPECT_EQ(times.kill_at, (base::Instant{100s - 300ms}));
  EXPECT_EQ(times.term_at, (base::Instant{100s - 300ms - 5s}));
}

TEST(KillPlan, GivesAThirdOfAShortLeaseToTheCommandsEnd) {
  const auto plan = cli::kill_plan(3s, std::nullopt);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->kill_after, base::Duration(1s));
}

TEST(KillPlan, RefusesAKillAfterOfHalfTheLeaseOrMore) {
  EXPECT_FALSE(cli::kill_plan(10s, 5s));
  EXPECT_TRUE(cli::kill_plan(10s, 4999ms));
}

TEST(KillPlan, GivesAThirdOfAShortLongestHoldToTheCommandsEnd) {
  const auto plan = cli::kill_plan(15s, std::nullopt, 2s);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->kill_after, base::Duration(2s) / 3);
  EXPECT_EQ(plan->margin, base::Duration(100ms));
}

TEST(KillPlan, RefusesAKillAfterOfHalfTheLongestHoldOrMore) {
  EXPECT_FALSE(cli::kill_plan(15s, 3s, 6s));
  EXPECT_TRUE(cli::kill_plan(15s, 2999ms, 6s));
}

RC_GTEST_PROP(KillPlan, KillsBeforeTheDeadlineAndAfterTheLeaseBegan, ()) {
  const auto ttl = std::chrono::milliseconds(*rc::gen::inRange<std::int64_t>(100, 86'400'000));
  const auto plan = cli::kill_plan(ttl, std::nullopt);
  RC_ASSERT(plan.ok());
  const auto times = plan->at(base::Instant{ttl});
  RC_ASSERT(times.term_at > base::Instant{});
  RC_ASSERT(times.term_at <= times.kill_at);
  RC_ASSERT(times.kill_at < base::Instant{ttl});
}

TEST(Held, GrowsWhenNested) {
  EXPECT_EQ(cli::add_held("", "a", 41), "a=41");
  EXPECT_EQ(cli::add_held("a=41", "b", 42), "a=41 b=42");
  EXPECT_EQ(cli::add_held("a=41 b=42", "a", 43), "b=42 a=43");
}

TEST(Token, IsANumberBelowTwoToThe53) {
  EXPECT_EQ(cli::parse_token("41").value(), 41u);
  for (const char* wrong : {"", "0", "-1", "4x", " 4", "9007199254740992", "99999999999999999999"}) {
    EXPECT_FALSE(cli::parse_token(wrong)) << wrong;
  }
  EXPECT_TRUE(cli::parse_token("9007199254740991"));
}

TEST(Percentile, IsTheNearestRank) {
  const std::vector<float> values = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  EXPECT_EQ(cli::percentile(values, 50), 5);
  EXPECT_EQ(cli::percentile(values, 90), 9);
  EXPECT_EQ(cli::percentile(values, 99), 10);
  EXPECT_EQ(cli::percentile(values, 100), 10);
  EXPECT_EQ(cli::percentile({}, 50), 0);
}

TEST(Table, AlignsColumnsByCharactersNotBytes) {
  EXPECT_EQ(cli::table({"NAME", "N"}, {{"\xC3\xA4\xC3\xB6", "1"}, {"abcdef", "2"}}),
            "NAME    N\n\xC3\xA4\xC3\xB6      1\nabcdef  2\n");
}

TEST(Table, KeepsACellOnItsLine) {
  EXPECT_EQ(cli::table({"NAME"}, {{"a\nb"}}), "NAME\na?b\n");
}

TEST(Printable, TakesAwayWhatATerminalWouldObey) {
  EXPECT_EQ(cli::printable("a\nlockctl: done\r\t\x1b[2J\x7f"), "a?lockctl: done???[2J?");
  EXPECT_EQ(cli::printable("\xC2\x9B\x33\x31m"), "?31m");
  EXPECT_EQ(cli::printable(std::string_view("\0x", 2)), "?x");
}

TEST(Printable, KeepsTextOfEveryScript) {
  for (const char* text : {"plain", "\xC3\xA4\xC2\xA0", "\xE6\x97\xA5\xE6\x9C\xAC", "\xF0\x9F\x94\x92"})
    EXPECT_EQ(cli::printable(text), text);
}

TEST(Printable, ShowsWhatIsNoUtf8) {
  EXPECT_EQ(cli::printable("\x9Bx\xE6\x97"), "?x??");
  EXPECT_EQ(cli::printable("\xC2"), "?");
}

TEST(Process, ReadsAStatLineWhoseNameHoldsParenthesesAndSpaces) {
  const auto process = cli::parse_stat("42 (a) S 7) R 41 42 42 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 12345 0 0");
  ASSERT_TRUE(process);
  EXPECT_EQ(process->pid, 42);
  EXPECT_EQ(process->parent, 41);
  EXPECT_EQ(process->state, 'R');
  EXPECT_EQ(process->started, 12345u);
}

TEST(Process, RefusesALineThatIsCutShort) {
  EXPECT_FALSE(cli::parse_stat(""));
  EXPECT_FALSE(cli::parse_stat("42 (a)"));
  EXPECT_FALSE(cli::parse_stat("42 (a) R 41 42"));
}

TEST(Process, IsNotSignalledUnderAnotherStartTime) {
  auto self = cli::find_process(::getpid());
  ASSERT_TRUE(self);
  EXPECT_EQ(cli::send_signal(*self, 0), cli::Signalled::yes);
  ++self->started;
  EXPECT_EQ(cli::send_signal(*self, SIGKILL), cli::Signalled::gone);
}

}  // namespace
