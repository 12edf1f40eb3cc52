// What the Tab key is told, asked of the shells themselves.
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>

#include "lockctl_world.hpp"

namespace {

using world::ctl;

bool installed(const std::string& program) {
  return std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) == 0;
}

// Written once for each shell.
std::string script(const std::string& shell) {
  const auto path = world::folder() + "/lockctl." + shell;
  std::ofstream(path) << ctl({"completion", shell}).out;
  return path;
}

// What bash offers for these words, of which the last is being completed.
std::string offered(const std::vector<std::string>& words) {
  std::string line;
  for (const auto& word : words) line += " '" + word + "'";
  const auto text = "source " + script("bash") + "; COMP_WORDS=(lockctl" + line +
                    "); COMP_CWORD=" + std::to_string(words.size()) +
                    "; _lockctl; printf '%s\\n' \"${COMPREPLY[@]}\" | sort -u | tr '\\n' ' '";
  const auto path = std::string(LOCKD_BINARY_DIR) + ":" + std::getenv("PATH");
  const auto end = world::Running({"bash", "-c", text},
                                  {{"PATH", path}, {"LOCKD_ENDPOINTS", world::endpoints()}}, world::folder())
                       .wait();
  EXPECT_EQ(end.err, "");
  return end.out;
}

class Completion : public testing::Test {
 protected:
  void SetUp() override {
    if (!installed("bash")) GTEST_SKIP() << "no bash here";
  }
};

TEST_F(Completion, OffersVerbs) {
  EXPECT_EQ(offered({"ru"}), "run ");
  EXPECT_EQ(offered({"--output", "json", "down"}), "downgrade ");
  EXPECT_EQ(offered({"dev", "re"}), "remove restart resume ");
}

TEST_F(Completion, OffersTheFlagsOfTheVerb) {
  EXPECT_EQ(offered({"run", "--max"}), "--max-hold ");
  EXPECT_EQ(offered({"once", "--ret"}), "--retries ");
  EXPECT_EQ(offered({"release", "--max"}), " ");
  EXPECT_EQ(offered({"release", "x", "--endp"}), "--endpoints ");
}

TEST_F(Completion, OffersTheWordsOfAFlag) {
  EXPECT_EQ(offered({"run", "--on-lost", ""}), "kill warn ");
  EXPECT_EQ(offered({"once", "--on-fail", "n"}), "next ");
  EXPECT_EQ(offered({"--output", ""}), "json text ");
}

TEST_F(Completion, OffersNamesInUse) {
  const auto name = world::fresh_name();
  ASSERT_EQ(ctl({"acquire", name + "/site"}).code, 0);
  EXPECT_EQ(offered({"release", name + "/"}), name + "/site ");
  EXPECT_EQ(offered({"release", name + "/site", name + "/"}), " ");
}

TEST_F(Completion, OffersCommandsBehindTheDashes) {
  EXPECT_NE(offered({"run", "x", "--", "tru"}).find("true "), std::string::npos);
}

TEST(CompletionScripts, AreReadByTheirShells) {
  bool any = false;
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    if (!installed(shell)) continue;
    any = true;
    const auto end = world::Running({shell, "-n", script(shell)}, {}, world::folder()).wait();
    EXPECT_EQ(end.code, 0) << shell << end.err;
    EXPECT_EQ(end.err, "") << shell;
  }
  if (!any) GTEST_SKIP() << "no shell here";
}

TEST(CompletionScripts, FishOffersVerbsAndFlags) {
  if (!installed("fish")) GTEST_SKIP() << "no fish here";
  const auto ask = [](const std::string& line) {
    return world::Running({"fish", "-N", "-c", "source " + script("fish") + "; complete -C '" + line + "'"},
                          {}, world::folder())
        .wait()
        .out;
  };
  EXPECT_TRUE(ask("lockctl downg").starts_with("downgrade")) << ask("lockctl downg");
  EXPECT_TRUE(ask("lockctl run --max").starts_with("--max-hold")) << ask("lockctl run --max");
}

}  // namespace
