// Histories recorded from real systems, where they are at hand: in LOCKD_HISTORIES, or beside the source
// tree.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include "sim/check/check_file.hpp"

namespace check {
namespace {

struct Case {
  std::string file;
  std::string model;
  bool linearizable;
};

std::string folder() {
  if (const char* set = std::getenv("LOCKD_HISTORIES")) return set;
  return std::string(LOCKD_SOURCE_DIR) + "/../shared/histories";
}

std::vector<Case> cases(const std::string& prefix) {
  std::vector<Case> all;
  std::ifstream in(folder() + "/verdicts.tsv");
  for (std::string line; std::getline(in, line);) {
    const auto first = line.find('\t');
    const auto second = line.find('\t', first + 1);
    if (second == std::string::npos || line.rfind(prefix, 0) != 0) continue;
    all.push_back({line.substr(0, first), line.substr(first + 1, second - first - 1),
                   line.substr(second + 1) == "linearizable"});
  }
  return all;
}

Model model_of(const Case& c) {
  if (c.model.find("kv") == 0) return Model::kv;
  return c.model.find("nil") != std::string::npos ? Model::register_nil : Model::register_zero;
}

void judge_all(const std::string& prefix, Format format) {
  const auto all = cases(prefix);
  for (const auto& c : all) {
    const auto history = read_history(folder() + "/" + c.file, format);
    ASSERT_TRUE(history.ok()) << history.error();
    const auto verdict = check(history.value(), model_of(c));
    EXPECT_FALSE(std::holds_alternative<Undecided>(verdict)) << c.file;
    EXPECT_EQ(std::holds_alternative<Linearizable>(verdict), c.linearizable) << c.file;
    const auto report = check_file(folder() + "/" + c.file, std::nullopt, std::nullopt);
    ASSERT_TRUE(report.ok()) << report.error();
    EXPECT_EQ(report.value().answer == Answer::pass, c.linearizable) << c.file;
  }
}

class Recorded : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(folder() + "/verdicts.tsv"))
      GTEST_SKIP() << "no recorded histories in " << folder();
  }
};

TEST_F(Recorded, EtcdLogsGetTheirKnownVerdicts) {
  judge_all("jepsen-etcd/", Format::jepsen_etcd);
}
TEST_F(Recorded, KnossosHistoriesGetTheirKnownVerdicts) {
  judge_all("knossos/", Format::edn);
}
TEST_F(Recorded, KeyValueHistoriesGetTheirKnownVerdicts) {
  judge_all("kv/", Format::edn);
}

}  // namespace
}  // namespace check
