// RULES.md names what there is, and all there is.
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <regex>
#include <set>
#include <sstream>

namespace raft_test {
namespace {

const std::filesystem::path kTests = LOCKD_SOURCE_DIR "/tests/core";

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

struct Row {
  std::string rule;
  std::string held_by;
};

// The rows of every table, without its head.
std::vector<Row> rows() {
  std::vector<Row> found;
  std::istringstream lines(read(kTests / "raft/RULES.md"));
  const std::regex row(R"(\| (.+) \| (.+) \| (.+) \|)");
  std::smatch cells;
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_match(line, cells, row) && cells[1] != "rule") found.push_back({cells[1], cells[3]});
  }
  return found;
}

std::set<std::string> named_in(const std::string& text) {
  const std::regex name("`([^`]+)`");
  std::set<std::string> names;
  for (std::sregex_iterator it(text.begin(), text.end(), name), end; it != end; ++it) names.insert((*it)[1]);
  return names;
}

std::set<std::string> all_tests() {
  const std::regex test(R"(\b(?:TEST|TEST_F|TEST_P|RC_GTEST_PROP)\((\w+),\s*(\w+))");
  std::set<std::string> found;
  for (const auto& file : std::filesystem::recursive_directory_iterator(kTests)) {
    if (file.path().extension() != ".cpp") continue;
    const auto text = read(file.path());
    for (std::sregex_iterator it(text.begin(), text.end(), test), end; it != end; ++it)
      found.insert((*it)[1].str() + "." + (*it)[2].str());
  }
  return found;
}

std::set<std::string> all_scripts() {
  std::set<std::string> found;
  for (const auto& file : std::filesystem::directory_iterator(kTests / "raft/scripts")) {
    if (file.path().extension() == ".txt") found.insert(file.path().filename().string());
  }
  return found;
}

TEST(RuleList, NamesOnlyWhatExists) {
  const auto tests = all_tests();
  const auto scripts = all_scripts();
  ASSERT_GT(rows().size(), 80u);
  for (const auto& [rule, held_by] : rows()) {
    const auto names = named_in(held_by);
    EXPECT_EQ(names.empty(), held_by == "open") << rule;
    for (const auto& name : names)
      EXPECT_TRUE(tests.contains(name) || scripts.contains(name)) << name << ", for: " << rule;
  }
}

TEST(RuleList, NamesEveryScriptAndEveryPaperTest) {
  std::set<std::string> named;
  for (const auto& row : rows()) named.merge(named_in(row.held_by));
  auto wanted = all_scripts();
  for (const auto& test : all_tests()) {
    if (test.rfind("Paper", 0) == 0) wanted.insert(test);
  }
  for (const auto& name : wanted) EXPECT_TRUE(named.contains(name)) << name;
}

}  // namespace
}  // namespace raft_test
