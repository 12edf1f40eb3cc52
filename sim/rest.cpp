// What servers owe each other and their clients, and have no reason to owe for long once faults are over.
#include <algorithm>

#include "sim/check/configurations.hpp"
#include "sim/world.hpp"

namespace sim {

// Both ways, by each of the core: nothing keeps it from what they know.
bool World::reaches(Place place, const std::vector<Place>& core) const {
  const auto& server = *servers_[place];
  if (core.empty() || !server.id() || !server.is_up() || is_stopped(place)) return false;
  return std::all_of(core.begin(), core.end(), [&](Place other) {
    return other == place || (network_.carries(place, other) && network_.carries(other, place));
  });
}

// One that was removed asks the voters it knows of; where all of them have left as well, nobody can tell it.
bool World::may_learn_that_it_left(const Server& server) const {
  if (recovered_ || !server.is_up() || server.node().raft().knows_that_it_left()) return false;
  const auto& known = server.node().raft().configuration();
  return std::ranges::any_of(known.members, [&](const raft::Member& member) {
    return known.is_voter(member.id) && membership_.find(member.id);
  });
}

// A line each. Nothing while no core stands: then nothing can be asked.
std::vector<std::string> World::unsettled() {
  if (!to_reach_) to_reach_ = committed_;
  std::vector<std::string> lines;
  const auto core = this->core();
  if (!core.empty() && check::is_joint(membership_))
    lines.push_back("a change of the members is not done: [" + check::describe(membership_) + "]");
  for (const auto& server : servers_) {
    const auto place = server->place();
    if (!reaches(place, core)) continue;
    const auto& node = server->node();
    const auto name = Faults::name_of(place, machines());
    if (membership_.find(server->id())) {
      if (node.applied() < *to_reach_)
        lines.push_back(name + " has applied " + std::to_string(node.applied().value) + " of " +
                        std::to_string(to_reach_->value));
    } else if (may_learn_that_it_left(*server)) {
      lines.push_back(name + " was removed and has not learnt it");
    }
    if (const auto owed = node.answers_owed())
      lines.push_back(name + " owes " + std::to_string(owed) + " answers");
  }
  return lines;
}

}  // namespace sim
