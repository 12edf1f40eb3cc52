#include "core/base/check.hpp"
#include "sim/explore/bounds.hpp"

namespace explore {

std::vector<Start> figure_8(unsigned servers) {
  CHECK(servers == 3 || servers == 5);
  const Start first{3, 0, {1, 2}}, last{3, servers, {1, 3}};
  const Start third{3, servers, {1}};
  if (servers == 3) return {first, third, last};
  return {first, {2, 1, {1, 2}}, third, third, last};
}

}  // namespace explore
