// Where results go beside the terminal.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "sim/results.hpp"

namespace raftsim {

// Files; empty: none.
struct Outlets {
  std::string report;  // a folder: index.html and summary.md in it
  std::string junit;
  std::string markdown;
  bool github = false;  // annotations, and the summary into $GITHUB_STEP_SUMMARY where that is set
  bool aside = false;   // annotations to standard error: standard output is JSON's
};

// Before a long run: whether the folder is there or can be made, and whether the files can be written.
base::Status prepare(const Outlets& outlets);
base::Status publish(const Outlets& outlets, const std::vector<sim::Results>& all);

}  // namespace raftsim
