// CHECK(condition): a statement that can only be false through a bug of ours. On in every build.
#pragma once

#include <stdexcept>
#include <string>

namespace base {

// Thrown by CHECK. lockd ends on it with a message; the simulator reports it as a violation of the run.
// Nothing else catches it: after it, the object that threw is not to be used.
class CheckFailed : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace base

#define CHECK(condition) \
  (static_cast<bool>(condition) ? void(0) : ::base::check_failed(#condition, __FILE__, __LINE__))
