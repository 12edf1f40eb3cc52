// The world as faults act upon it.
#include <algorithm>
#include <utility>

#include "sim/world.hpp"

namespace sim {

namespace {

bool is_timer(const Event& event) {
  return event.kind == EventKind::server_wake || event.kind == EventKind::client_wake ||
         event.kind == EventKind::client_alarm || event.kind == EventKind::client_belief;
}

}  // namespace

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
  if (place < machines()) return end_server(*servers_[place], Disk::End::power_lost);
  forget_timers(place);
  count(coverage_, "client_crashes");
  agents_[place - machines()]->crash();
}

void World::kill(Place place) {
  if (place >= machines()) return crash(place);
  if (!is_up(place)) return;
  count(coverage_, "process_kills");
  end_server(*servers_[place], Disk::End::killed);
}

// Of a paused machine: what has arrived from outside stays there.
void World::forget_timers(Place place) {
  std::erase_if(held_back_[place], [](const Event& event) {
    return event.kind != EventKind::segment && event.kind != EventKind::peer_frame;
  });
}

void World::end_server(Server& server, Disk::End how) {
  forget_timers(server.place());
  count(coverage_, "server_crashes");
  // What it has promised since its last turn counts.
  observe(server);
  processors_[server.place()].clear();
  harvest(server);
  server.end(how);
  look_at_snapshot(server);
}

void World::restart(Place place) {
  if (is_up(place) || buried_.contains(place)) return;
  if (place < machines() && (!servers_[place]->id() || out_.contains(servers_[place]->id()))) return;
  tell("restart of " + Faults::name_of(place, machines()));
  if (place >= machines()) return agents_[place - machines()]->start();
  start_server(*servers_[place]);
}

void World::pause(Place place) {
  ++paused_[place];
}

void World::resume(Place place) {
  if (paused_[place] == 0 || --paused_[place] > 0) return;
  tell("end of the pause of " + Faults::name_of(place, machines()));
  auto events = std::exchange(held_back_[place], {});
  // Its timers may go first, as they came, or be read after all that has arrived.
  if (tape_.stream("pauses").below(2) != 0) {
    std::stable_partition(events.begin(), events.end(), [](const Event& event) { return !is_timer(event); });
  }
  for (auto& event : events) queue_.push(queue_.now(), std::move(event));
}

void World::bury(Place place) {
  buried_.insert(place);
}

void World::overload(Duration interval) {
  crowd_.interval = overloads_ == 0 ? interval : std::min(crowd_.interval, interval);
  if (overloads_++ > 0) return;
  for (auto& agent : crowd_agents_) agent->start();
}

void World::overload_ends() {
  if (--overloads_ > 0) return;
  for (auto& agent : crowd_agents_) agent->crash();
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
