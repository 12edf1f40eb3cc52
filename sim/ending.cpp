// How a world's run ends: what outlives the faults, and what never struck.
#include <algorithm>
#include <utility>

#include "sim/fault_words.hpp"
#include "sim/liveness.hpp"
#include "sim/world.hpp"

namespace sim {

namespace {

// Beside putting a server that lost its disk back in its place.
bool changes_members(const Scenario& scenario) {
  return std::ranges::any_of(scenario.timeline, [](const Step& step) {
    const auto* order = std::get_if<Order>(&step.action);
    return order && (order->kind == Order::Kind::remove || order->kind == Order::Kind::replace ||
                     order->kind == Order::Kind::shuffle);
  });
}

}  // namespace

// First the timeline is over and everything is healed; then everybody must come to an end in time.
void World::phase() {
  constexpr auto kLook = std::chrono::milliseconds(100);
  if (!converging_.has_begun()) {
    surroundings_.winding_down = true;
    tell("the timeline is over: everything heals");
    disk_faults_.calm();
    faults_.finish();
    converging_.begin(queue_.now());
  } else {
    over_ = converging_.is_over(queue_.now()) || !can_decide();
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

Surviving World::surviving() {
  return {[this] { return core(); },
          [this](Place from, Place to) { return network_.carries(from, to); },
          [this](Place place) { return is_stopped(place); },
          [this] { return faults_.go_on(); },
          [this] { return unsettled(); },
          [this](const std::string& text) { tell(text); }};
}

void World::judge_convergence() {
  if (can_decide() || !scenario_.checks.converge_within || converging_.all_done()) {
    if (auto found = converging_.judge()) violate(std::move(*found));
    return;
  }
  count(coverage_, "safe_stops");
  if (!scenario_.disk.recoverable) return;
  // Rot keeps to its budget; but who orders members away may take those that can be read.
  if (changes_members(scenario_)) {
    inconclusive_ =
        "no majority can be read any more, in spite of \"budget\": \"recoverable\": members left while "
        "others had rotten disks";
    return;
  }
  violate(
      {"converge_within", "no majority can be read any more, in spite of \"budget\": \"recoverable\"", {}});
}

std::vector<std::string> World::idle() const {
  std::vector<std::string> idle;
  for (const auto number : faults_.idle()) {
    const auto& step = scenario_.timeline[number];
    idle.push_back(step.path + " (" + verb_of(step.action) + ")");
  }
  if (!scenario_.schedule) return idle;
  const auto& streams = options_.recording ? options_.recording->streams : drawn_.streams;
  for (const auto& [name, overrides] : scenario_.schedule->draws) {
    const auto stream = streams.find(name);
    const auto drawn = stream == streams.end() ? 0 : stream->second.draws.size();
    if (!overrides.empty() && overrides.back().first >= drawn)
      idle.push_back("schedule.draws." + name + " (" + std::to_string(drawn) + " were drawn)");
  }
  for (std::size_t i = 0; i < scenario_.schedule->flips.size(); ++i) {
    const auto& flip = scenario_.schedule->flips[i];
    const auto stream = streams.find(flip.stream);
    const auto times =
        stream == streams.end() ? 0 : stream->second.sites[static_cast<std::size_t>(flip.site)];
    if (flip.k > times)
      idle.push_back("schedule.flips[" + std::to_string(i) + "] (there were " + std::to_string(times) +
                     " chances)");
  }
  return idle;
}

}  // namespace sim
