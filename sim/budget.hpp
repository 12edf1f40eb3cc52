// Which scenario to run next, so that time goes where it still shows something new.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sim {

// A bandit by integers: each scenario once, then the one that lately showed the most new states per CPU time;
// every fourth turn belongs to whichever has had the least time, so that none is given up.
class Chooser {
 public:
  explicit Chooser(std::size_t scenarios) : arms_(scenarios) {}
  // Which; at least one scenario.
  std::size_t next();
  // After that one has run for so long.
  void spent(std::size_t scenario, std::uint64_t cpu_ns, std::uint64_t new_states);
  std::uint64_t cpu_ns(std::size_t scenario) const { return arms_[scenario].cpu_ns; }

 private:
  struct Arm {
    std::uint64_t turns = 0;
    std::uint64_t cpu_ns = 0;
    std::uint64_t rate = 0;  // new states in 1000 CPU-seconds, older turns counting half as much each
  };
  std::vector<Arm> arms_;
  std::uint64_t turn_ = 0;
};

}  // namespace sim
