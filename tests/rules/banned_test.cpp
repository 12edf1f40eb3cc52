// Names that would make a run depend on more than its seed.
#include <gtest/gtest.h>
#include <regex>

#include "tests/rules/source_tree.hpp"

namespace rules {
namespace {

struct Ban {
  std::string pattern;
  std::string why;
};

const std::vector<Ban> kBans = {
    {R"(\b(steady_clock|system_clock|high_resolution_clock|clock_gettime|gettimeofday)\b)",
     "time arrives as data"},
    {R"(\bstd::(this_thread|thread|jthread|mutex|atomic|condition_variable|async)\b)",
     "nothing runs beside the step"},
    {R"(\b(random_device|mt19937|default_random_engine|drand48)\b)",
     "base::Random is the one source of chance"},
    {R"(\bstd::\w+_distribution\b)", "differs between standard libraries"},
    {R"(\bstd::(shuffle|sample)\b)", "differs between standard libraries"},
    {R"(\bstd::unordered_\w+)", "its order is not ours"},
    {R"(\b(double|float|long double)\b)", "no decision by floating point"},
    {R"(\b(getenv|std::hash<\w+\s*\*>)\b)", "nothing from the process"},
    {R"(\bthread_local\b)", "no globals"},
    {R"(\bassert\()", "CHECK is on in every build"},
};

// Reports for people may compute with fractions; nothing that decides lies in them. The workers are processes
// that only run seeds side by side and bound their wall time.
const std::vector<std::string> kReportsOnly = {"sim/report", "sim/workers"};

TEST(BannedNames, AreNotInCoreAndSim) {
  for (const auto& source : sources_below({"core", "sim"})) {
    if (starts_with_any(source.path, kReportsOnly)) continue;
    for (const auto& line : source.lines) {
      const auto code = code_of(line.text);
      for (const auto& ban : kBans) {
        EXPECT_FALSE(std::regex_search(code, std::regex(ban.pattern)))
            << source.path << ":" << line.number << ": " << ban.why << ": " << line.text;
      }
    }
  }
}

TEST(BannedNames, HaveNoGlobalsThatChange) {
  const std::regex global(
      R"(^((static|inline|thread_local)\s+)*(std::)?\w+(<[^()]*>)?\s+\w+\s*(=|\{)[^()]*;)");
  for (const auto& source : sources_below({"core", "sim"})) {
    for (const auto& line : source.lines) {
      const auto code = code_of(line.text);
      if (starts_with_any(code, {"using ", "const", "namespace", "enum", "struct", "class", "template",
                                 "return", "concept", "}"}))
        continue;
      EXPECT_FALSE(std::regex_search(code, global)) << source.path << ":" << line.number << ": " << line.text;
    }
  }
}

TEST(Sources, SpeakOfTheProjectAlone) {
  const std::regex foreign(R"((/(home|root|work)/|deb\.debian\.|registry\.npm))");
  for (const auto& source : sources_below({"core", "net", "sim", "cli", "tests"})) {
    if (source.path == "tests/rules/banned_test.cpp") continue;
    for (const auto& line : source.lines) {
      EXPECT_FALSE(std::regex_search(line.text, foreign))
          << source.path << ":" << line.number << ": " << line.text;
    }
  }
}

// What a program says to people may run on.
TEST(Sources, FitInFourHundredLinesOfAHundredAndTenColumns) {
  for (const auto& source : sources_below({"core", "net", "sim", "cli"})) {
    EXPECT_LE(source.lines.size(), 400u) << source.path << " has more than one subject";
    for (const auto& line : source.lines) {
      std::size_t columns = 0;
      for (const char c : code_of(line.text))
        columns += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
      EXPECT_LE(columns, 110u) << source.path << ":" << line.number;
    }
  }
}

}  // namespace
}  // namespace rules
