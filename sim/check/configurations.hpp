// What a configuration allows, told apart from the production code's own words for it.
#pragma once

#include <optional>
#include <string>

#include "core/raft/configuration.hpp"

namespace check {

// Whether a majority of those who vote has it; of both sets while a change is joint (Raft §6). Learners and
// strangers count for nothing.
template <class Holds>
bool has_quorum(const raft::Configuration& configuration, Holds holds) {
  std::size_t incoming = 0, outgoing = 0, incoming_hold = 0, outgoing_hold = 0;
  for (const auto& member : configuration.members) {
    const bool votes_after = member.suffrage == raft::Suffrage::voter;
    if (!votes_after && !member.outgoing) continue;
    const bool has = holds(member.id);
    incoming += votes_after ? 1 : 0;
    outgoing += member.outgoing ? 1 : 0;
    incoming_hold += votes_after && has ? 1 : 0;
    outgoing_hold += member.outgoing && has ? 1 : 0;
  }
  return incoming > 0 && 2 * incoming_hold > incoming && (outgoing == 0 || 2 * outgoing_hold > outgoing);
}

bool is_joint(const raft::Configuration& configuration);

// Why no cluster may go from one to the next in its log; nothing where it may. From every one to its
// successor any two majorities share a server, and an id belongs to one server for ever.
std::optional<std::string> illegal_step(const raft::Configuration& before, const raft::Configuration& after);

// "1 2 (3) -4": voters, learners in brackets, who leaves with a minus; a + before those who are to come.
std::string describe(const raft::Configuration& configuration);

}  // namespace check
