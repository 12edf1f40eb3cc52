// What must hold of one server at all times, and between two looks at it. Throws base::CheckFailed where it
// doesn't.
#pragma once

#include "core/raft/raft.hpp"

namespace raft {

// The parts of a server that may only move in certain ways; cheap to copy.
struct Vitals {
  Term term;
  std::optional<NodeId> vote;
  Index commit;
  Position last;
  Index durable;
  bool leads = false;
};

Vitals vitals(const Raft& raft);
void check(const Raft& raft);
// From one step to a later one of the same run of a server.
void check_delta(const Vitals& before, const Vitals& after);

}  // namespace raft
