// The end of a run: who must come to an end once the faults are over, from when on, and whether they did. The
// same in a simulated world and among real servers.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/agent.hpp"
#include "sim/scenario.hpp"
#include "sim/violation.hpp"

namespace sim {

// What it asks of its world.
struct Surviving {
  std::function<std::vector<Place>()> core;           // liveness.hpp; empty: none
  std::function<bool(Place from, Place to)> carries;  // a link
  std::function<bool(Place)> is_stopped;              // for now, or for ever
  std::function<bool()> faults_go_on;                 // some are never healed
  // What servers still owe though the clients are done, a line each.
  std::function<std::vector<std::string>()> unsettled;
  std::function<void(const std::string&)> tell;
};

class Converging {
 public:
  using Agents = std::vector<std::unique_ptr<Agent>>;
  // What it is given lives as long as it does.
  Converging(const Scenario& scenario, const Agents& agents, Coverage& coverage, Surviving surviving);

  bool has_begun() const { return since_.has_value(); }
  // The faults are over.
  void begin(Time now);
  // After that, again and again: whether all have come to their end, or their time is up. Whoever is demanded
  // has all of converge_within from then on.
  bool is_over(Time now);
  bool all_done() const;
  // Where convergence is asked for. Nothing: they did, or it can't be demanded.
  std::optional<Violation> judge() const;

 private:
  void demand(Time now);
  bool clients_are_done() const;

  const Scenario& scenario_;
  const Agents& agents_;
  Coverage& coverage_;
  Surviving surviving_;
  std::optional<Time> since_;
  std::set<Place> demanded_;  // clients that must come to their end
  std::optional<Time> demanded_since_;
  std::optional<Time> done_since_;  // the clients; servers then have as long to come to rest
};

// Of a whole timeline.
std::optional<Violation> judge_availability(const Scenario& scenario, const Availability& availability);

}  // namespace sim
