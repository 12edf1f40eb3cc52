#include "sim/mix.hpp"

#include <gtest/gtest.h>
#include <map>

#include "sim/programs.hpp"

namespace sim {
namespace {

TEST(Mix, PicksByWeightAndNeverWhatHasNone) {
  Tape tape(1);
  auto& random = tape.stream("x");
  const Mix mix = {{"often", 3}, {"never", 0}, {"sometimes", 1}};
  std::map<std::string, int> picked;
  for (int i = 0; i < 4000; ++i) ++picked[pick(mix, random)];
  EXPECT_EQ(picked["never"], 0);
  EXPECT_NEAR(picked["often"], 3000, 150);
}

TEST(Mix, UsualOnesBelongToPrograms) {
  for (const auto* program : {"detached", "locks", "status", "register", "modes"})
    EXPECT_FALSE(usual_mix(program).empty());
  EXPECT_TRUE(usual_mix("upload").empty());
}

}  // namespace
}  // namespace sim
