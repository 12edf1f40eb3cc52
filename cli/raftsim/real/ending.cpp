// The end of a real run: what outlives the faults, and what its clients saw.
#include <utility>

#include "cli/raftsim/real/world.hpp"
#include "sim/liveness.hpp"

namespace real {

void World::phase() {
  constexpr auto kLook = std::chrono::milliseconds(100);
  if (!converging_.has_begun()) {
    surroundings_.winding_down = true;
    tell("the timeline is over: everything heals");
    faults_.finish();
    converging_.begin(queue_.now());
  } else {
    over_ = converging_.is_over(queue_.now());
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

sim::Surviving World::surviving() {
  return {[this] { return core(); }, [this](Place from, Place to) { return network_.carries(from, to); },
          [this](Place place) { return is_stopped(place); }, [this] { return faults_.go_on(); },
          [] { return std::vector<std::string>(); }, [this](const std::string& text) { tell(text); }};
}

void World::judge_end() {
  if (auto found = converging_.judge()) violate(std::move(*found));
  if (auto found = sim::judge_availability(scenario_, surroundings_.availability)) violate(std::move(*found));
  if (!scenario_.checks.each_once) return;
  if (auto found = store_.check_each_once()) violate(std::move(*found));
  if (store_.violation()) violate(*store_.violation());
}

}  // namespace real
