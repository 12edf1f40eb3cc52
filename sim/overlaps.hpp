// What was going on when a fault struck: counted beside the fault's own counter.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/coverage.hpp"

namespace sim {

// What a fault may meet; several at a time.
namespace meeting {
enum Bit : std::uint32_t {
  operations = 1 << 0,  // some client waits for an answer
  election = 1 << 1,    // some server stands, or leads without an entry of its term committed
  joint = 1 << 2,       // a change of the members
  snapshot = 1 << 3,    // a snapshot travels between servers
  transfer = 1 << 4,    // of leadership
  fault = 1 << 5,       // another fault of the timeline is in force
};
constexpr std::uint32_t kCount = 6;
}  // namespace meeting
const std::vector<std::string>& meetings();

// Every counter of an overlap there can be.
std::vector<std::string> overlap_counters();

// Watches the counters of faults from outside: whoever counts one needn't know what else goes on.
class Overlaps {
 public:
  Overlaps();
  // After each event: `met` was going on when it began.
  void look(const Coverage& coverage, std::uint32_t met);
  // As counters of their own, such as server_crashes:joint.
  void tell(Coverage& coverage) const;

 private:
  struct Fault {
    const std::uint64_t* counter = nullptr;  // a map's nodes stay where they are
    std::uint64_t seen = 0;
    std::array<std::uint64_t, meeting::kCount> met{};
  };
  std::vector<Fault> faults_;      // as in fault_counters()
  std::vector<std::size_t> live_;  // which of them have a counter
  std::size_t counters_ = 0;       // that there were when the pointers were taken
};

}  // namespace sim
