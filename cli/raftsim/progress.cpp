#include "cli/raftsim/progress.hpp"

#include <cstdio>
#include <unistd.h>

namespace raftsim {

Progress::Progress() : on_(isatty(STDERR_FILENO)) {}

Progress::~Progress() {
  if (on_) std::fprintf(stderr, "\r\033[K");
}

bool Progress::due() const {
  return on_ && std::chrono::steady_clock::now() - shown_ >= std::chrono::milliseconds(100);
}

void Progress::show(const std::string& text) {
  shown_ = std::chrono::steady_clock::now();
  std::fprintf(stderr, "\r\033[K%s", text.c_str());
  std::fflush(stderr);
}

}  // namespace raftsim
