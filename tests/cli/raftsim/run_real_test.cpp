// raftsim run --real, as people run it.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <gmock/gmock.h>
#include <string>
#include <sys/wait.h>

namespace {

using testing::HasSubstr;
using testing::Not;

struct Ran {
  int code;
  std::string said;
};

Ran raftsim(const std::string& words) {
  const auto command = LOCKD_BINARY_DIR "/raftsim " + words + " 2>&1";
  std::string said;
  FILE* const out = ::popen(command.c_str(), "r");
  std::array<char, 4096> chunk;
  for (std::size_t got; (got = std::fread(chunk.data(), 1, chunk.size(), out)) > 0;)
    said.append(chunk.data(), got);
  const int status = ::pclose(out);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, said};
}

const std::string kEveryFault = LOCKD_SOURCE_DIR "/scenarios/real/every-fault.json";

TEST(RunReal, PlaysEveryFaultAndJudgesWhatItsClientsSaw) {
  const auto ran = raftsim("run --real --lockd " LOCKD_BINARY_DIR "/skewed/lockd " + kEveryFault);
  EXPECT_EQ(ran.code, 0) << ran.said;
  EXPECT_THAT(ran.said, HasSubstr("REAL"));
  EXPECT_THAT(ran.said, Not(HasSubstr("NOT PLAYED"))) << "by a build whose clocks can be set";
}

TEST(RunReal, SaysWhatItCannotPlayAndPassesNothingThatItLeftOut) {
  const auto ran = raftsim("run --real --until 500ms --lockd " LOCKD_BINARY_DIR "/lockd " + kEveryFault);
  EXPECT_EQ(ran.code, 2) << ran.said;
  EXPECT_THAT(ran.said, HasSubstr("NOT PLAYED for real: clock.drift_ppm"));
  EXPECT_THAT(ran.said, HasSubstr("inconclusive: not played: clock.drift_ppm"));
}

TEST(RunReal, RefusesWhatMakesNoSense) {
  EXPECT_EQ(raftsim("run --real --jobs 2 " + kEveryFault).code, 64);
  EXPECT_EQ(raftsim("run --until 2s " + kEveryFault).code, 64);
  const auto nowhere = raftsim("run --real --lockd ./nowhere " + kEveryFault);
  EXPECT_EQ(nowhere.code, 64);
  EXPECT_THAT(nowhere.said, HasSubstr("there is no such program"));
}

TEST(RunReal, RefusesAProgramThatIsNoLockd) {
  const auto ran = raftsim("run --real --lockd /bin/true " + kEveryFault);
  EXPECT_EQ(ran.code, 64) << ran.said;
  EXPECT_THAT(ran.said, HasSubstr("--lockd /bin/true: this is no lockd: with --version it says 'true"));
}

// Left over: folders and processes that carry this one's mark.
TEST(RunReal, LeavesNothingBehindWhenItsTerminalGoes) {
  const std::string tmp = testing::TempDir() + "hangup";
  std::filesystem::remove_all(tmp);
  std::filesystem::create_directories(tmp);
  const auto command = "cd " + tmp + " && TMPDIR=" + tmp +
                       " timeout --signal=HUP 3 " LOCKD_BINARY_DIR
                       "/raftsim run --real --lockd " LOCKD_BINARY_DIR "/lockd " +
                       kEveryFault + " >/dev/null 2>&1";
  const int status = std::system(command.c_str());
  EXPECT_EQ(WEXITSTATUS(status), 124) << "it had ended before the hangup";
  ASSERT_EQ(std::system("ps -eo args >/dev/null"), 0);
  EXPECT_TRUE(std::filesystem::is_empty(tmp));
  EXPECT_NE(std::system(("ps -eo args | grep -q '[l]ockd.*" + tmp + "'").c_str()), 0);
  std::filesystem::remove_all(tmp);
}

TEST(Raftsim, NamesTheNearestWord) {
  const auto said = [](const std::string& words) {
    const auto ran = raftsim(words);
    EXPECT_EQ(ran.code, 64) << ran.said;
    return ran.said;
  };
  EXPECT_THAT(said("rnu x.json"), HasSubstr("there is no verb 'rnu'; did you mean run?"));
  EXPECT_THAT(said("run x.json --sedes 1"), HasSubstr("there is no option --sedes; did you mean --seeds?"));
}

TEST(Raftsim, RefusesAnEmptyValueInOneLine) {
  for (const auto* words : {"run x.json --seeds ''", "run x.json --report ''", "shrink x.json --out ''",
                            "explore --budget ''", "check ''"}) {
    const auto ran = raftsim(words);
    EXPECT_EQ(ran.code, 64) << words << ": " << ran.said;
    EXPECT_THAT(ran.said, HasSubstr("it is empty: give it a value or leave it out")) << words;
    EXPECT_EQ(std::ranges::count(ran.said, '\n'), 1) << ran.said;
  }
}

TEST(Raftsim, ExploresNoTermsBelowThoseOfItsLogs) {
  const auto ran = raftsim("explore --from figure-8 --terms 2");
  EXPECT_EQ(ran.code, 64) << ran.said;
  EXPECT_THAT(ran.said, HasSubstr("--terms 2: the servers of --from figure-8 are in term 3"));
}

}  // namespace
