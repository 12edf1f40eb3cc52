// The machines of a real run as faults and the operator act upon them.
#include <algorithm>
#include <utility>

#include "cli/raftsim/real/world.hpp"

namespace real {

bool World::is_up(Place place) const {
  return place < machines() ? servers_.is_up(place) : agents_[place - machines()]->is_up();
}

std::optional<Place> World::leader() const {
  std::optional<Place> best;
  for (const auto& [place, term] : leads_) {
    if (!best || term > leads_.at(*best)) best = place;
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
  if (place >= machines()) {
    std::erase_if(held_back_[place],
                  [](const Event& event) { return event.kind != sim::EventKind::segment; });
    sim::count(coverage_, "client_crashes");
    return agents_[place - machines()]->crash();
  }
  sim::count(coverage_, "server_crashes");
  servers_.crash(place);
  leads_.erase(place);
}

void World::restart(Place place) {
  if (is_up(place) || buried_.contains(place) || (place < machines() && !servers_.id(place))) return;
  tell("restart of " + sim::Faults::name_of(place, machines()));
  if (place >= machines()) return agents_[place - machines()]->start();
  servers_.start(place);
}

void World::pause(Place place) {
  if (paused_[place]++ == 0 && place < machines()) servers_.pause(place);
}

void World::resume(Place place) {
  if (paused_[place] == 0 || --paused_[place] > 0) return;
  tell("end of the pause of " + sim::Faults::name_of(place, machines()));
  if (place < machines()) servers_.resume(place);
  for (auto& event : std::exchange(held_back_[place], {})) queue_.push(queue_.now(), std::move(event));
}

void World::jump(Place place, sim::Duration by) {
  if (place < machines()) return servers_.jump(place, by, true);
  auto& agent = *agents_[place - machines()];
  agent.clock().jump(by);
  if (agent.is_up() && paused_[place] == 0) agent.on_clock_jump();
}

// A client has no wall clock: it lives in this process.
void World::jump_wall(Place place, sim::Duration by) {
  if (place < machines()) servers_.jump(place, by, false);
}

void World::bury(Place place) {
  buried_.insert(place);
}

void World::overload(sim::Duration interval) {
  crowd_.interval = overloads_ == 0 ? interval : std::min(crowd_.interval, interval);
  if (overloads_++ > 0) return;
  for (auto& agent : crowd_agents_) agent->start();
}

void World::overload_ends() {
  if (--overloads_ > 0) return;
  for (auto& agent : crowd_agents_) agent->crash();
}

std::vector<Place> World::inhabited() const {
  std::vector<Place> places;
  for (Place place = 0; place < machines(); ++place) {
    if (servers_.id(place)) places.push_back(place);
  }
  return places;
}

std::vector<Place> World::vacant() const {
  std::vector<Place> places;
  for (Place place = 0; place < machines(); ++place) {
    if (!servers_.id(place) && !was_wiped(place)) places.push_back(place);
  }
  return places;
}

base::NodeId World::resident(Place place) const {
  const auto wiped = wiped_.find(place);
  return wiped == wiped_.end() ? servers_.id(place) : wiped->second;
}

void World::move_in(Place place, base::NodeId id, std::uint64_t incarnation) {
  if (servers_.id(place)) return;
  tell("server " + std::to_string(place + 1) + " joins as number " + std::to_string(id.value));
  servers_.move_in(place, id, incarnation);
}

// One at a time, of a cluster that is whole: more than its minority lost for ever no cluster outlives.
bool World::wipe(Place place) {
  const auto id = servers_.id(place);
  const bool bearable = wiped_.empty() && !membership_.is_joint() && voters().size() >= 3;
  if (!bearable || !membership_.find(id)) return false;
  sim::count(coverage_, "wipes");
  crash(place);
  wiped_[place] = id;
  servers_.move_out(place);
  goes_by_.erase(place);
  return true;
}

// An operator who can't keep up forgets.
void World::order(sim::Order order) {
  constexpr std::size_t kRemembered = 4;
  if (order.kind == sim::Order::Kind::rejoin) {
    orders_.push_front(order);
  } else if (orders_.size() < kRemembered) {
    orders_.push_back(order);
  }
}

std::vector<Place> World::places_of(bool learners) const {
  std::vector<Place> places;
  for (const auto& member : membership_.members) {
    const bool learns = member.suffrage == raft::Suffrage::learner;
    const auto place = servers_.place_of(member.id.value);
    if (learns == learners && place) places.push_back(*place);
  }
  std::ranges::sort(places);
  return places;
}

}  // namespace real
