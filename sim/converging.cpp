#include "sim/converging.hpp"

#include <algorithm>
#include <utility>

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

Converging::Converging(const Scenario& scenario, const Agents& agents, Coverage& coverage,
                       Surviving surviving)
    : scenario_(scenario), agents_(agents), coverage_(coverage), surviving_(std::move(surviving)) {}

void Converging::begin(Time now) {
  since_ = now;
  demand(now);
}

bool Converging::is_over(Time now) {
  const auto within = scenario_.checks.converge_within.value_or(scenario_.sim_limit - *since_);
  // A server may be in repair when everything heals: what can be demanded only grows.
  if (demanded_.empty()) demand(now);
  if (clients_are_done() && !done_since_) done_since_ = now;
  return all_done() || now >= done_since_.value_or(demanded_since_.value_or(*since_)) + within;
}

// Of all clients, unless a fault goes on for ever; then of those that reach the whole core and are reached by
// it.
void Converging::demand(Time now) {
  const auto core = surviving_.core();
  for (const auto& agent : agents_) {
    const auto place = agent->place();
    if (!surviving_.faults_go_on()) demanded_.insert(place);
    const bool reached = std::ranges::all_of(core, [&](Place server) {
      return surviving_.carries(place, server) && surviving_.carries(server, place);
    });
    if (!core.empty() && reached && !surviving_.is_stopped(place)) demanded_.insert(place);
  }
  if (demanded_.empty()) return;
  demanded_since_ = now;
  if (demanded_.size() == agents_.size()) return;
  surviving_.tell("liveness is demanded of " + std::to_string(demanded_.size()) + " of " +
                  std::to_string(agents_.size()) + " clients");
  count(coverage_, "clients_excused", agents_.size() - demanded_.size());
}

bool Converging::clients_are_done() const {
  return !demanded_.empty() && std::ranges::all_of(agents_, [&](const auto& agent) {
    return agent->done() || !demanded_.contains(agent->place());
  });
}

bool Converging::all_done() const {
  return clients_are_done() && surviving_.unsettled().empty();
}

std::optional<Violation> Converging::judge() const {
  if (!scenario_.checks.converge_within || all_done()) return std::nullopt;
  if (demanded_.empty() || (surviving_.faults_go_on() && surviving_.core().empty()))
    return count(coverage_, "liveness_not_demanded"), std::nullopt;
  Violation violation{"converge_within", "not every client came to an end after everything had healed", {}};
  if (clients_are_done())
    violation = {"converge_within", "the servers came to no rest after everything had healed",
                 surviving_.unsettled()};
  for (const auto& agent : agents_) {
    if (!agent->done() && demanded_.contains(agent->place()))
      violation.lines.push_back(agent->name() + " " + agent->doing());
  }
  return violation;
}

// From the first second, in which the first leader is elected, to the end of the timeline.
std::optional<Violation> judge_availability(const Scenario& scenario, const Availability& availability) {
  const auto least = scenario.checks.availability_min_ppm;
  if (!least) return std::nullopt;
  const auto share = availability.share_ppm(std::chrono::seconds(1), scenario.timeline_ends());
  if (share >= *least) return std::nullopt;
  return Violation{"availability_min",
                   "somebody was answered in " + decimal(share) + " of the slots of 100ms; at least " +
                       decimal(*least) + " was asked for",
                   {}};
}

}  // namespace sim
