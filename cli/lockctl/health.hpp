// What servers say of themselves.
#pragma once

#include <string>
#include <vector>

#include "cli/lockctl/output.hpp"
#include "core/base/time.hpp"

namespace lockctl {

// The endpoints, each asked itself, and behind them those members that only the servers know of.
std::vector<ServerHealth> ask_all(const std::vector<std::string>& endpoints, base::Duration within);
// Without those others.
std::vector<ServerHealth> ask_only(const std::vector<std::string>& endpoints, base::Duration within);

// The leader that a majority of its members follows in its own term; nothing: none.
const lock::Health* leader_of(const std::vector<ServerHealth>& servers);

}  // namespace lockctl
