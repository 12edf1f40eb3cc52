// Reads that were allowed to be old.
#pragma once

#include <optional>
#include <string>

#include "sim/check/history.hpp"

namespace check {

// Each must show what somebody had written, or taken, before it was answered: an earlier state, never one
// that is yet to come. Reads at different servers may go back in time. Nothing: they do; otherwise one
// sentence about the first that does not.
std::optional<std::string> judge_stale_reads(const History& history, const History& reads);

}  // namespace check
