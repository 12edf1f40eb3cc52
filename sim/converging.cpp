// The end of a run: what must come to its end, once faults are over, and whether it did.
#include <algorithm>
#include <utility>

#include "sim/liveness.hpp"
#include "sim/world.hpp"

namespace sim {

namespace {

// 953000 as "0.953".
std::string decimal(std::uint32_t ppm) {
  auto digits = std::to_string(ppm % 1'000'000);
  digits.insert(0, 6 - digits.size(), '0');
  while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
  return std::to_string(ppm / 1'000'000) + "." + digits;
}

}  // namespace

// First the timeline is over and everything is healed; then everybody must come to an end in time.
void World::phase() {
  constexpr auto kLook = std::chrono::milliseconds(100);
  if (!converging_) {
    converging_ = queue_.now();
    surroundings_.winding_down = true;
    tell("the timeline is over: everything heals");
    disk_faults_.calm();
    faults_.finish();
    demand();
  } else {
    const auto within = scenario_.checks.converge_within.value_or(scenario_.sim_limit - *converging_);
    // A server may be in repair when everything heals: what can be demanded only grows.
    if (demanded_.empty()) demand();
    over_ = all_done() || !can_decide() || queue_.now() >= *converging_ + within;
  }
  if (!over_) queue_.push(queue_.now() + kLook, {.kind = EventKind::phase});
}

std::vector<Place> World::core() const {
  Health health;
  health.place = [&](raft::NodeId id) { return place_at(membership_.find(id)->address); };
  health.works = [&](Place place) { return servers_[place]->is_up() && !is_stopped(place); };
  health.hears = [&](Place from, Place to) { return network_.carries(from, to); };
  return connected_core(membership_, health);
}

// Of all clients, unless a fault goes on for ever; then of those that reach the whole core and are reached by
// it.
void World::demand() {
  const auto core = this->core();
  for (const auto& agent : agents_) {
    const auto place = agent->place();
    if (!faults_.go_on()) demanded_.insert(place);
    const bool reached = std::all_of(core.begin(), core.end(), [&](Place server) {
      return network_.carries(place, server) && network_.carries(server, place);
    });
    if (!core.empty() && reached && !is_stopped(place)) demanded_.insert(place);
  }
  if (demanded_.empty() || demanded_.size() == agents_.size()) return;
  tell("liveness is demanded of " + std::to_string(demanded_.size()) + " of " +
       std::to_string(agents_.size()) + " clients");
  count(coverage_, "clients_excused", agents_.size() - demanded_.size());
}

bool World::clients_are_done() const {
  return !demanded_.empty() && std::all_of(agents_.begin(), agents_.end(), [&](const auto& agent) {
    return agent->done() || !demanded_.contains(agent->place());
  });
}

bool World::all_done() {
  if (!clients_are_done()) return false;
  if (!to_reach_) to_reach_ = committed_;
  return unsettled().empty();
}

void World::judge_convergence() {
  if (!scenario_.checks.converge_within || all_done()) return;
  if (!can_decide()) return count(coverage_, "safe_stops");
  if (demanded_.empty() || (faults_.go_on() && core().empty()))
    return count(coverage_, "liveness_not_demanded");
  Violation violation{"converge_within", "not every client came to an end after everything had healed", {}};
  if (clients_are_done())
    violation = {"converge_within", "the servers came to no rest after everything had healed", unsettled()};
  for (const auto& agent : agents_) {
    if (!agent->done() && demanded_.contains(agent->place()))
      violation.lines.push_back(Faults::name_of(agent->place(), machines()) + " " + agent->doing());
  }
  violate(std::move(violation));
}

// From the first second, in which the first leader is elected, to the end of the timeline.
void World::judge_availability() {
  if (!scenario_.checks.availability_min_ppm || violation_) return;
  const auto share = surroundings_.availability.share_ppm(std::chrono::seconds(1), scenario_.timeline_ends());
  if (share >= *scenario_.checks.availability_min_ppm) return;
  violate({"availability_min", "somebody was answered in " + decimal(share) +
                                   " of the slots of 100ms; at least " +
                                   decimal(*scenario_.checks.availability_min_ppm) + " was asked for"});
}

}  // namespace sim
