#pragma once

#include <string>

#include "core/base/check.hpp"

namespace fuzz {

// One who contradicts what has been committed stops the server: that is how a forgotten vote would look.
inline bool was_contradicted(const base::CheckFailed& failure) {
  const std::string why = failure.what();
  return why.find("agrees_with_what_is_committed") != std::string::npos ||
         why.find("leader_keeps_its_own_log") != std::string::npos;
}

}  // namespace fuzz
