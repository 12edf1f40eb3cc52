// One key's evidence against one model.
#pragma once

#include <span>
#include <vector>

#include "sim/check/linearizability.hpp"
#include "sim/check/search.hpp"
#include "sim/check/timeline.hpp"

namespace check {

struct Judged {
  Found found;                       // Unorderable::item counts within the items given
  std::uint64_t configurations = 0;  // what it cost
};

Judged judge(std::span<const Item> items, Model model, const Budget& budget);

// Loosens one item after the other as long as no order is found; what stays firm is the core. Requires that
// there is no order of the items as given. Bounded by its own budget, so the core need not be minimal.
std::vector<Item> shrink(std::vector<Item> items, Model model);

}  // namespace check
