// The end of a real run: as in the simulator, what must come to its end once faults are over, and whether it
// did.
#include <algorithm>
#include <utility>

#include "cli/raftsim/real/world.hpp"
#include "sim/liveness.hpp"

namespace real {

void World::phase() {
  constexpr auto kLook = std::chrono::milliseconds(100);
  if (!converging_) {
    converging_ = queue_.now();
    surroundings_.winding_down = true;
    tell("the timeline is over: everything heals");
    faults_.finish();
    demand();
  } else {
    const auto within = scenario_.checks.converge_within.value_or(scenario_.sim_limit - *converging_);
    over_ = all_done() || queue_.now() >= *converging_ + within;
  }
  if (!over_) queue_.push(queue_.now() + kLook, {.kind = sim::EventKind::phase});
}

// A member that lives nowhere counts as one that does not work.
std::vector<Place> World::core() const {
  sim::Health health;
  health.place = [&](raft::NodeId id) { return servers_.place_of(id.value).value_or(sim::kNobody); };
  health.works = [&](Place place) {
    return place != sim::kNobody && servers_.is_up(place) && !is_stopped(place);
  };
  health.hears = [&](Place from, Place to) {
    return from != sim::kNobody && to != sim::kNobody && network_.carries(from, to);
  };
  return sim::connected_core(membership_, health);
}

// Of all clients, unless a fault goes on for ever.
void World::demand() {
  const auto core = this->core();
  for (const auto& agent : agents_) {
    const auto place = agent->place();
    if (!faults_.go_on()) demanded_.insert(place);
    const bool reached = std::ranges::all_of(core, [&](Place server) {
      return network_.carries(place, server) && network_.carries(server, place);
    });
    if (!core.empty() && reached && !is_stopped(place)) demanded_.insert(place);
  }
  if (demanded_.empty()) sim::count(coverage_, "liveness_not_demanded");
  if (demanded_.size() == agents_.size()) return;
  tell("liveness is demanded of " + std::to_string(demanded_.size()) + " of " +
       std::to_string(agents_.size()) + " clients");
  sim::count(coverage_, "clients_excused", agents_.size() - demanded_.size());
}

bool World::all_done() const {
  return !demanded_.empty() && std::ranges::all_of(agents_, [&](const auto& agent) {
    return agent->done() || !demanded_.contains(agent->place());
  });
}

void World::judge_end() {
  judge_convergence();
  judge_availability();
  if (!scenario_.checks.each_once) return;
  if (auto found = store_.check_each_once()) violate(std::move(*found));
  if (store_.violation()) violate(*store_.violation());
}

void World::judge_convergence() {
  if (!scenario_.checks.converge_within || all_done() || demanded_.empty() || core().empty()) return;
  sim::Violation violation{
      "converge_within", "not every client came to an end after everything had healed", {}};
  for (const auto& agent : agents_) {
    if (!agent->done() && demanded_.contains(agent->place()))
      violation.lines.push_back(sim::Faults::name_of(agent->place(), machines()) + " " + agent->doing());
  }
  violate(std::move(violation));
}

// From the first second, in which the first leader is elected, to the end of the timeline.
void World::judge_availability() {
  if (!scenario_.checks.availability_min_ppm) return;
  const auto share = surroundings_.availability.share_ppm(std::chrono::seconds(1), scenario_.timeline_ends());
  if (share >= *scenario_.checks.availability_min_ppm) return;
  violate({"availability_min", "somebody was answered in " + std::to_string(share / 10'000) +
                                   "% of the slots of 100ms; at least " +
                                   std::to_string(*scenario_.checks.availability_min_ppm / 10'000) +
                                   "% was asked for"});
}

}  // namespace real
