// A server that its cluster has let go is over: its id is never given out again, and with its old log it
// could only be in the others' way.
#pragma once

#include <optional>
#include <string>

#include "cli/lockd/failed.hpp"
#include "core/store/store.hpp"
#include "net/log.hpp"

namespace lockd {

std::optional<Failed> leave_removed_mark(const net::Log& log, const std::string& folder,
                                         const store::Identity& identity);
std::optional<Failed> check_not_removed(const std::string& folder);

}  // namespace lockd
