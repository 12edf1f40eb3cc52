// The program that a real run is made of.
#pragma once

#include <string>

#include "core/base/result.hpp"

namespace real {

// `asked`, where it is not empty; else beside this program, else on PATH.
base::Result<std::string> find_lockd(const std::string& asked);

// Whether it is a test build, whose clocks can be set: it is run with --version, and `folder` holds what it
// is asked by. An error says that it is no lockd at all.
base::Result<bool> is_skewed(const std::string& lockd, const std::string& folder);

}  // namespace real
