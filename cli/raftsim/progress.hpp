// A line on standard error that is written over while something long runs; on a terminal only.
#pragma once

#include <chrono>
#include <string>

namespace raftsim {

class Progress {
 public:
  Progress();
  // Clears the line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  // Whether it is time to show() again.
  bool due() const;
  void show(const std::string& text);

 private:
  bool on_;
  std::chrono::steady_clock::time_point shown_;
};

}  // namespace raftsim
