// Random schedules: any message may be late, lost or there twice, any server may stop between any two writes,
// every clock runs as it likes. Whatever happens, the judge is content after every step; once the weather
// clears, work goes on.
//
// LOCKD_SCHEDULES=100 makes a hundred times as many; LOCKD_SCHEDULES_FROM=SEED begins at another seed.
#include <cstdlib>
#include <gtest/gtest.h>

#include "tests/core/raft/storm.hpp"

namespace raft_test {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

void many(std::uint64_t servers, std::uint64_t count, const std::function<std::string(Storm&)>& work) {
  for_seeds(servers, from_environment("LOCKD_SCHEDULES_FROM", 1),
            count * from_environment("LOCKD_SCHEDULES", 1), work);
}

std::string whatever_happens(Storm& storm) {
  storm.run(1500);
  return storm.recovers() ? "" : "it doesn't recover";
}

TEST(Schedule, ThreeServersStaySafeAndRecover) {
  many(3, 600, whatever_happens);
}
TEST(Schedule, FourServersStaySafeAndRecover) {
  many(4, 500, whatever_happens);
}
TEST(Schedule, FiveServersStaySafeAndRecover) {
  many(5, 400, whatever_happens);
}

}  // namespace
}  // namespace raft_test
