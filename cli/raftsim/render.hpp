// Results in the forms that others read.
#pragma once

#include <string>
#include <vector>

#include "sim/results.hpp"

namespace raftsim {

// One page of HTML that needs nothing else.
std::string html_page(const std::vector<sim::Results>& all);
std::string markdown(const std::vector<sim::Results>& all);
// JUnit's XML: a suite for each scenario, with a case for all of its seeds together and one for each of the
// first that failed.
std::string junit(const std::vector<sim::Results>& all);
// Workflow commands of GitHub Actions, one a line: an error for each failed seed that is kept and for each
// scenario that came to no verdict.
std::string github_annotations(const std::vector<sim::Results>& all);

}  // namespace raftsim
