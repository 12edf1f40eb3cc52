// When may an answer be demanded? Raft promises progress only where a majority of those who vote is up and
// everybody in it hears everybody else, and where nobody outside can lead without them.
#pragma once

#include <functional>
#include <vector>

#include "core/raft/configuration.hpp"
#include "sim/queue.hpp"

namespace sim {

struct Health {
  std::function<Place(raft::NodeId)> place;  // where a member lives
  std::function<bool(Place)> works;          // up, not stopped, its disk read
  std::function<bool(Place, Place)> hears;   // whether what the first says reaches the second
};

// The largest set of voters that work and hear each other and are a quorum, of both configurations while one
// is joint; empty where there is none, or where a voter outside hears and is heard by so many that it could
// lead.
std::vector<Place> connected_core(const raft::Configuration& members, const Health& health);

}  // namespace sim
