// The manual pages: made of what the programs say, whole, and without a complaint of those who read roff.
#include <cstdlib>
#include <gtest/gtest.h>

#include "lockctl_world.hpp"

namespace {

bool installed(const std::string& program) {
  return std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) == 0;
}

std::string page(const std::string& program) {
  const auto path = world::folder() + "/" + program + ".1";
  const auto command = std::string("sh " LOCKD_SOURCE_DIR "/cli/man/make_man.sh ") + LOCKD_BINARY_DIR "/" +
                       program + " > " + path;
  const auto end = world::Running({"sh", "-c", command}, {}, world::folder()).wait();
  EXPECT_EQ(end.code, 0) << end.err;
  return path;
}

class Manual : public testing::TestWithParam<const char*> {};

TEST_P(Manual, IsReadWithoutAComplaint) {
  bool any = false;
  for (const std::string reader : {"mandoc -T lint -W warning", "man --warnings -E UTF-8 -l -Tutf8 -Z"}) {
    if (!installed(reader.substr(0, reader.find(' ')))) continue;
    any = true;
    const auto end = world::Running({"sh", "-c",
                                     reader + " " + page(GetParam()) + " 2>&1 >/dev/null | head -20; " +
                                         reader + " " + page(GetParam()) + " 2>/dev/null | grep -a WARNING"},
                                    {}, world::folder())
                         .wait();
    EXPECT_EQ(end.out, "") << reader;
  }
  if (!any) GTEST_SKIP() << "neither mandoc nor man here";
}

INSTANTIATE_TEST_SUITE_P(All, Manual, testing::Values("lockctl", "lockd", "raftsim"));

TEST(ManualOfLockctl, TellsEveryVerb) {
  const auto text = world::read_file(page("lockctl"));
  for (const char* verb :
       {"run", "once", "acquire", "release", "renew", "check", "downgrade", "break", "status", "ls", "watch",
        "audit", "elect", "fence", "members", "limits", "bench", "dev", "completion"}) {
    EXPECT_NE(text.find(std::string(".SS \"lockctl ") + verb + "\""), std::string::npos) << verb;
  }
}

}  // namespace
