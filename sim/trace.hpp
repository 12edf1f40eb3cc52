// A run told step by step, for people who replay it.
#pragma once

#include <iosfwd>
#include <string>

#include "sim/queue.hpp"

namespace sim {

class Trace {
 public:
  explicit Trace(std::ostream* out = nullptr) : out_(out) {}
  bool on() const { return out_ != nullptr; }
  void line(Time now, const std::string& text);

 private:
  std::ostream* out_;
};

}  // namespace sim
