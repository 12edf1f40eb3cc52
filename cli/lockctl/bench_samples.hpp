// What the clients of a load measure, together.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/random.hpp"
#include "core/base/time.hpp"

namespace lockctl {

// Microseconds, of which it keeps a bounded number: each has the same chance to be among them (Vitter's
// algorithm R), so that percentiles stay true and memory does not grow with the run.
class Latencies {
 public:
  void add(base::Duration latency);
  std::uint64_t count() const { return count_; }
  const std::vector<float>& kept() const { return kept_; }
  void sort();

 private:
  std::vector<float> kept_;
  std::uint64_t count_ = 0;
  base::Random random_{1};
};

struct Samples {
  bool measuring = false;
  bool stopping = false;
  bool reached = false;  // the servers have answered something
  Latencies acquire, pair, handoff;
  std::uint64_t failed = 0;
  std::string failure;  // of the last that failed
  std::uint64_t unknown = 0;
  std::uint64_t timed_out = 0;
  std::optional<base::Instant> let_go;  // contended: when the last holder asked to release
  std::size_t busy = 0;
};

}  // namespace lockctl
