// Why lockd ends: one line, and what the shell sees (sysexits.h).
#pragma once

#include <string>
#include <sysexits.h>

#include "core/store/store.hpp"

namespace lockd {

struct Failed {
  std::string message;
  int code = EX_SOFTWARE;
};

Failed failed(const store::Failure& failure);

}  // namespace lockd
