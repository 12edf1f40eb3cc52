// Pieces of work side by side, each in a process of its own: one that dies says so, and harms nobody.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sim {

struct Answer {
  std::string text;
  std::optional<std::string> died;  // how: "signal 11"
};

// What `work` answers for each number below `count`, by number. `jobs` >= 1.
std::vector<Answer> each_in_a_process(std::size_t count, unsigned jobs,
                                      const std::function<std::string(std::size_t)>& work);

}  // namespace sim
