// So tight that short inputs meet every bound.
#pragma once

#include "core/lock/types.hpp"

namespace fuzz {

inline lock::Limits tight_limits() {
  lock::Limits limits;
  limits.name_bytes = 8;
  limits.value_bytes = 16;
  limits.sessions = 4;
  limits.waiters_per_lock = 2;
  limits.locks = 4;
  limits.records = 2;
  limits.replies_per_session = 5;
  limits.listed = 2;
  return limits;
}

}  // namespace fuzz
