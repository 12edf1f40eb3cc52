// Where the cluster is, and what to say when it is not there.
#pragma once

#include <string>
#include <vector>

#include "cli/lockctl/options.hpp"
#include "core/base/result.hpp"

namespace lockctl {

// --endpoints, else LOCKD_ENDPOINTS (both in Global::endpoints), else the cluster of `lockctl dev up` in this
// folder or the nearest above it that has one.
base::Result<std::vector<std::string>> find_endpoints(const Global& global);

std::string join(const std::vector<std::string>& words, const char* between);

// One line: which endpoints were tried, and why each did not serve, by knocking at each once more (at most
// 300 ms in all).
std::string why_not_reached(const std::vector<std::string>& endpoints, base::Duration tried_for);

}  // namespace lockctl
