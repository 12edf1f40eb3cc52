// The search and every order tried out must agree on tiny histories: it is symmetry rules and short cuts that
// are wrong first. LOCKD_FUZZ_CASES sets the number of cases for each model.
#include <cstdlib>
#include <gtest/gtest.h>

#include "brute_force.hpp"
#include "generate.hpp"
#include "sim/check/history_file.hpp"

namespace check {
namespace {

std::uint64_t cases() {
  const char* text = std::getenv("LOCKD_FUZZ_CASES");
  return text ? std::strtoull(text, nullptr, 10) : 20'000;
}
std::uint64_t seed() {
  const char* text = std::getenv("LOCKD_FUZZ_SEED");
  return text ? std::strtoull(text, nullptr, 10) : 1;
}

std::string printed(const History& history) {
  std::string out;
  for (const auto& operation : history) out += to_json(operation) + "\n";
  return out;
}

class Differential : public testing::TestWithParam<Model> {};

TEST_P(Differential, AgreesWithEveryOrderTriedOut) {
  base::Random random(seed(), name_of(GetParam()));
  std::uint64_t orderable = 0;
  for (std::uint64_t i = 0; i < cases(); ++i) {
    const auto history = test::some_history(random, GetParam(), 7);
    ASSERT_EQ(misfit(history, GetParam()), std::nullopt);
    const bool expected = test::has_an_order(history, GetParam());
    const auto verdict = check(history, GetParam());
    ASSERT_FALSE(std::holds_alternative<Undecided>(verdict));
    ASSERT_EQ(std::holds_alternative<Linearizable>(verdict), expected) << "case " << i << "\n"
                                                                       << printed(history);
    orderable += expected;
  }
  // Neither answer may be the rare one.
  EXPECT_GT(orderable, cases() / 10);
  EXPECT_LT(orderable, cases() * 9 / 10);
}

TEST_P(Differential, KeepsOnlyWhatCannotBeOrderedInACounterExample) {
  base::Random random(seed() + 1, name_of(GetParam()));
  for (std::uint64_t i = 0; i < cases() / 20; ++i) {
    const auto history = test::some_history(random, GetParam(), 7);
    const auto verdict = check(history, GetParam());
    const auto* found = std::get_if<NotLinearizable>(&verdict);
    if (!found) continue;
    ASSERT_FALSE(found->core.empty());
    ASSERT_LE(found->core.size(), history.size());
    ASSERT_FALSE(found->drawing.empty());
    for (const auto& operation : found->core) {
      ASSERT_NE(std::find(history.begin(), history.end(), operation), history.end());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Models, Differential,
                         testing::Values(Model::lock, Model::once, Model::register_nil, Model::register_zero,
                                         Model::kv),
                         [](const auto& model) {
                           std::string name = name_of(model.param);
                           for (auto& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

}  // namespace
}  // namespace check
