// The world as faults act upon it.
#include <utility>

#include "sim/world.hpp"

namespace sim {

bool World::is_up(Place place) const {
  return place < machines() ? servers_[place]->is_up() : agents_[place - machines()]->is_up();
}

// Of those that lead, the one in the newest term.
std::optional<Place> World::leader() const {
  std::optional<Place> best;
  for (const auto& server : servers_) {
    if (!server->is_up() || !server->node().raft().is_leader()) continue;
    const auto term = server->node().raft().term();
    if (!best || term > servers_[*best]->node().raft().term()) best = server->place();
  }
  return best;
}

std::optional<Place> World::holder(const std::string& lock) const {
  for (const auto& agent : agents_) {
    if (agent->is_up() && agent->holds(lock)) return agent->place();
  }
  return std::nullopt;
}

void World::crash(Place place) {
  if (!is_up(place)) return;
  std::erase_if(held_back_[place], [](const Event& event) {
    return event.kind != EventKind::segment && event.kind != EventKind::peer_frame;
  });
  if (place >= machines()) {
    count(coverage_, "client_crashes");
    return agents_[place - machines()]->crash();
  }
  count(coverage_, "server_crashes");
  harvest(*servers_[place]);
  if (const auto lost = servers_[place]->crash()) count(coverage_, "writes_lost", lost);
  look_at_snapshot(*servers_[place]);
}

void World::restart(Place place) {
  if (is_up(place) || (place < machines() && !servers_[place]->id())) return;
  tell("restart of " + Faults::name_of(place, machines()));
  if (place >= machines()) return agents_[place - machines()]->start();
  auto& server = *servers_[place];
  server.start();
  if (!scenario_.checks.raft_invariants || violation_) return;
  if (const auto found = invariants_.restarted(server.id(), server.node())) {
    violate({"raft_invariants", found->check + ": " + found->what});
  }
}

void World::pause(Place place) {
  ++paused_[place];
}

void World::resume(Place place) {
  if (paused_[place] == 0 || --paused_[place] > 0) return;
  tell("end of the pause of " + Faults::name_of(place, machines()));
  for (auto& event : std::exchange(held_back_[place], {})) queue_.push(queue_.now(), std::move(event));
}

void World::jump(Place place, Duration by) {
  if (place < machines()) {
    servers_[place]->clock().jump(by);
    if (servers_[place]->is_up() && paused_[place] == 0) servers_[place]->on_clock_jump();
  } else {
    auto& agent = *agents_[place - machines()];
    agent.clock().jump(by);
    if (agent.is_up() && paused_[place] == 0) agent.on_clock_jump();
  }
}

}  // namespace sim
