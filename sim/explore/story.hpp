// A path through the space, in words.
#pragma once

#include <string>
#include <vector>

#include "sim/explore/world.hpp"

namespace explore {

// The lines of a story: every step, and after each how every server stands. `world` is the one that was
// searched. The last lines say what broke, and whether sim/check's judge of whole runs says so too.
std::vector<std::string> tell(World& world, const std::vector<Action>& path);

}  // namespace explore
