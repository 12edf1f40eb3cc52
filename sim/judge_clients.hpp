// What the clients of a run saw, judged: the same for a simulated run and for a real one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/history.hpp"
#include "sim/scenario.hpp"
#include "sim/violation.hpp"

namespace sim {

struct Judgement {
  std::optional<Violation> violation;
  std::optional<std::string> inconclusive;  // why nothing can be said
  std::uint64_t stale_reads = 0;            // that were judged
};

// Stale reads first, where they are to be judged, then `linearizable`. `until`: only what clients had seen
// before; what was answered later is open, and what was asked later left out.
Judgement judge_clients(const Checks& checks, const History& history, std::optional<Time> until = {});

}  // namespace sim
