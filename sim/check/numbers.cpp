#include "sim/check/numbers.hpp"

#include <algorithm>
#include <iterator>

namespace check {

void Numbers::settle() {
  std::ranges::set_difference(named_, given_, std::inserter(unexplained_, unexplained_.end()));
  for (auto it = named_.rbegin(); it != named_.rend(); ++it) {
    const auto above = next_free_.find(*it + 1);
    next_free_[*it] = above == next_free_.end() ? *it + 1 : above->second;
  }
}

std::vector<Numbers::Number> Numbers::unknown_after(Number last) const {
  const auto run = next_free_.find(last + 1);
  const Number free = run == next_free_.end() ? last + 1 : run->second;
  std::vector<Number> numbers{free};
  for (auto it = unexplained_.upper_bound(last); it != unexplained_.end(); ++it) {
    if (*it < free || seen_.count(*it)) numbers.push_back(*it);
  }
  return numbers;
}

}  // namespace check
