#include "cli/lockctl/bench_samples.hpp"

#include <algorithm>

namespace lockctl {
namespace {

constexpr std::size_t kKept = 1 << 20;

}  // namespace

void Latencies::add(base::Duration latency) {
  const auto us = static_cast<float>(latency.count()) / 1000.0f;
  ++count_;
  if (kept_.size() < kKept) return kept_.push_back(us);
  if (const auto place = random_.below(count_); place < kKept) kept_[place] = us;
}

void Latencies::sort() {
  std::ranges::sort(kept_);
}

}  // namespace lockctl
