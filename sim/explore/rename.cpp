#include "sim/explore/rename.hpp"

#include <algorithm>
#include <numeric>

namespace explore {

std::vector<Rename> renames(unsigned servers) {
  std::vector<std::uint8_t> names(servers);
  std::iota(names.begin(), names.end(), std::uint8_t{1});
  std::vector<Rename> all;
  do {
    all.emplace_back(names);
  } while (std::next_permutation(names.begin(), names.end()));
  return all;
}

}  // namespace explore
