// Something that must never happen, and did.
#pragma once

#include <string>
#include <vector>

namespace sim {

struct Violation {
  std::string check;                    // as a scenario's `checks` names it, or core_check
  std::string what;                     // one sentence
  std::vector<std::string> lines = {};  // for people: the counter-example
};

}  // namespace sim
