#include <cstdio>

#include "cli/raftsim/verbs.hpp"

namespace raftsim {

void complain(const std::string& line) {
  std::fprintf(stderr, "raftsim: %s\n", line.c_str());
}

}  // namespace raftsim
