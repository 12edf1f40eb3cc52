// The command line and its environment as Options.
#pragma once

#include <string>
#include <variant>

#include "cli/lockctl/options.hpp"

namespace lockctl {

// Print this and leave with exit code 0.
struct Answer {
  std::string text;
};
struct UsageError {
  std::string message;
  int code;
};

std::variant<Options, Answer, UsageError> parse_options(int argc, char** argv);

}  // namespace lockctl
