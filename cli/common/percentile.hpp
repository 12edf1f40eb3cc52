// Percentiles of what was measured.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace cli {

// The smallest value that at least `percent` of all don't exceed (nearest rank); 0 for none. `sorted`
// ascends; percent 1 to 100.
inline double percentile(const std::vector<float>& sorted, std::size_t percent) {
  if (sorted.empty()) return 0;
  const std::size_t rank = (sorted.size() * percent + 99) / 100;
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

}  // namespace cli
