// What the fuzzers have started from and found is tried in every build.
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <set>

#include "tests/fuzz/targets.hpp"

namespace fuzz {
namespace {

std::filesystem::path corpus() {
  return std::filesystem::path(LOCKD_SOURCE_DIR) / "tests/fuzz/corpus";
}

class Corpus : public testing::TestWithParam<Target> {};

TEST_P(Corpus, IsReadWithoutABreachOfAnyRule) {
  std::size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator(corpus() / GetParam().name)) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    EXPECT_NO_THROW(GetParam().run(bytes)) << file.path();
    ++files;
  }
  EXPECT_GE(files, 3u);
}

INSTANTIATE_TEST_SUITE_P(Target, Corpus, testing::ValuesIn(kTargets),
                         [](const auto& target) { return std::string(target.param.name); });

TEST(Corpora, AreSmallAndBelongToATarget) {
  std::set<std::string> names;
  for (const auto& target : kTargets) names.insert(target.name);
  std::uintmax_t bytes = 0;
  for (const auto& folder : std::filesystem::directory_iterator(corpus())) {
    EXPECT_TRUE(names.contains(folder.path().filename().string())) << folder.path();
    for (const auto& file : std::filesystem::directory_iterator(folder)) bytes += file.file_size();
  }
  EXPECT_LT(bytes, 300'000u);
}

}  // namespace
}  // namespace fuzz
