// What counts as a majority of a cluster (Raft §6).
#pragma once

#include <cstddef>

#include "core/raft/configuration.hpp"

namespace raft {

namespace detail {
template <class Votes, class Holds>
bool majority(const Configuration& configuration, Votes votes, Holds holds) {
  std::size_t voters = 0, agreeing = 0;
  for (const auto& member : configuration.members) {
    if (!votes(member)) continue;
    ++voters;
    agreeing += holds(member.id) ? 1 : 0;
  }
  return agreeing > voters / 2;
}
}  // namespace detail

// Whether `holds(NodeId)` is true of a majority, of both majorities while joint. Never of nobody.
template <class Holds>
bool is_quorum(const Configuration& configuration, Holds holds) {
  const auto incoming = [](const Member& m) { return m.suffrage == Suffrage::voter; };
  const auto outgoing = [](const Member& m) { return m.outgoing; };
  if (!detail::majority(configuration, incoming, holds)) return false;
  return !configuration.is_joint() || detail::majority(configuration, outgoing, holds);
}

// The largest value that a quorum has reached, where `reached(NodeId)` is how far each has come. By counting:
// a cluster is small.
template <class Reached>
auto reached_by_quorum(const Configuration& configuration, Reached reached) {
  decltype(reached(NodeId())) best{};
  for (const auto& member : configuration.members) {
    const auto value = reached(member.id);
    if (value > best && is_quorum(configuration, [&](NodeId id) { return reached(id) >= value; }))
      best = value;
  }
  return best;
}

}  // namespace raft
