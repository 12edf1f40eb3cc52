#include "sim/overlaps.hpp"

namespace sim {

const std::vector<std::string>& meetings() {
  static const std::vector<std::string> names = {"operations", "election", "joint",
                                                 "snapshot",   "transfer", "fault"};
  return names;
}

std::vector<std::string> overlap_counters() {
  std::vector<std::string> names;
  for (const auto& fault : fault_counters()) {
    for (const auto& met : meetings()) names.push_back(overlap_name(fault, met));
  }
  return names;
}

Overlaps::Overlaps() : faults_(fault_counters().size()) {}

void Overlaps::look(const Coverage& coverage, std::uint32_t met) {
  if (coverage.size() != counters_) {
    counters_ = coverage.size();
    live_.clear();
    for (std::size_t i = 0; i < faults_.size(); ++i) {
      const auto at = coverage.find(fault_counters()[i]);
      if (at == coverage.end()) continue;
      faults_[i].counter = &at->second;
      live_.push_back(i);
    }
  }
  for (const auto i : live_) {
    auto& fault = faults_[i];
    if (*fault.counter == fault.seen) continue;
    const auto more = *fault.counter - fault.seen;
    fault.seen = *fault.counter;
    for (std::uint32_t m = 0; m < meeting::kCount; ++m) {
      if ((met >> m & 1) != 0) fault.met[m] += more;
    }
  }
}

void Overlaps::tell(Coverage& coverage) const {
  for (std::size_t i = 0; i < faults_.size(); ++i) {
    for (std::uint32_t m = 0; m < meeting::kCount; ++m) {
      if (faults_[i].met[m] != 0)
        count(coverage, overlap_name(fault_counters()[i], meetings()[m]), faults_[i].met[m]);
    }
  }
}

}  // namespace sim
