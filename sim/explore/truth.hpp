// What the past of a run forbids its future, as small as it can be: it is part of every state. All else that
// the invariants need is in the servers themselves or holds between two looks at one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/check/raft_invariants.hpp"
#include "sim/explore/hash.hpp"
#include "sim/explore/rename.hpp"
#include "sim/explore/server.hpp"

namespace explore {

using check::Violation;

struct Truth {
  struct Committed {
    std::uint8_t term;
    std::uint8_t known_in;  // the first observer's term: at least the one it was committed in
    bool operator==(const Committed&) const = default;
  };
  std::vector<std::uint8_t> leaders;  // from term 1; 0: none so far
  std::vector<Committed> committed;   // from index 1
  std::vector<std::vector<std::uint8_t>>
      floors;  // of each server's unanswered reads: what was committed when asked
  bool operator==(const Truth&) const = default;
};

Hash128 hash_of(const Truth& truth, const Rename& rename);

// One server's step by itself, from `before` to `after`: the core's own invariants, what its disk may not
// forget, what its messages vouch for. `restarted`: there was a crash between the two.
std::optional<Violation> judge_step(const Server& before, const Server& after, bool restarted,
                                    const std::vector<raft::Send>& sends);

// The whole cluster after a step of server `who`; learns from it. Election safety, log matching, leader
// completeness, state machine safety, durability of what is committed (Raft figure 3).
// `before`: what was in force there before the step.
std::optional<Violation> judge_cluster(Truth& truth, const std::vector<const Server*>& servers,
                                       std::size_t who, const raft::Configuration& before);

// Reads of `who` that were answered, and asked before: linearizable when none is answered below its floor.
std::optional<Violation> judge_reads(Truth& truth, std::size_t who, const Effects& effects);

}  // namespace explore
