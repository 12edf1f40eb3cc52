// The clocks of a process that was built for tests: it maps a file in which they are set.
#pragma once

#include <string>

#include "cli/raftsim/real/clock_offsets.hpp"
#include "core/base/time.hpp"

namespace real {

class Skew {
 public:
  // Makes the file. An exception where it can't be made.
  explicit Skew(const std::string& path);
  ~Skew();
  Skew(const Skew&) = delete;
  Skew& operator=(const Skew&) = delete;

  // Either is moved by so much, from this moment on.
  void move(base::Duration by, bool monotonic);
  // Whether a process has mapped it.
  bool is_seen() const;

 private:
  ClockOffsets* offsets_;
};

}  // namespace real
