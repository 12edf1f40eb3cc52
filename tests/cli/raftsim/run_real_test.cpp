// raftsim run --real, as people run it.
#include <array>
#include <cstdio>
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

}  // namespace
