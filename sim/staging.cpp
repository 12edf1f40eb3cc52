// The world as faults act upon it.
#include <utility>

#include "sim/world.hpp"

namespace sim {

bool World::is_up(Place place) const {
  return place < scenario_.servers ? servers_[place]->is_up() : agents_[place - scenario_.servers]->is_up();
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
  if (place >= scenario_.servers) {
    count(coverage_, "client_crashes");
    return agents_[place - scenario_.servers]->crash();
  }
  count(coverage_, "server_crashes");
  machine_events_[place] = 0;
  if (const auto lost = servers_[place]->crash()) count(coverage_, "writes_lost", lost);
}

void World::restart(Place place) {
  if (is_up(place)) return;
  tell("restart of " + Faults::name_of(place, scenario_.servers));
  if (place >= scenario_.servers) return agents_[place - scenario_.servers]->start();
  auto& server = *servers_[place];
  server.start();
  if (!scenario_.checks.raft_invariants || violation_) return;
  if (const auto found = invariants_.restarted(node_of(place), server.node())) {
    violate({"raft_invariants", found->check + ": " + found->what});
  }
}

void World::pause(Place place) {
  ++paused_[place];
}

void World::resume(Place place) {
  if (paused_[place] == 0 || --paused_[place] > 0) return;
  tell("end of the pause of " + Faults::name_of(place, scenario_.servers));
  for (auto& event : std::exchange(held_back_[place], {})) queue_.push(queue_.now(), std::move(event));
}

void World::jump(Place place, Duration by) {
  if (place < scenario_.servers) {
    servers_[place]->clock().jump(by);
    if (servers_[place]->is_up() && paused_[place] == 0) servers_[place]->on_clock_jump();
  } else {
    auto& agent = *agents_[place - scenario_.servers];
    agent.clock().jump(by);
    if (agent.is_up() && paused_[place] == 0) agent.on_clock_jump();
  }
}

}  // namespace sim
