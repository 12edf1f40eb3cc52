// What a run looks like on a screen, and as JSON lines.
#pragma once

#include <cstdint>

#include "sim/report.hpp"
#include "sim/workers.hpp"

namespace raftsim {

struct Totals {
  std::uint64_t seeds = 0;
  std::uint64_t events = 0;
  std::uint64_t node_ns = 0;  // simulated time times servers
  sim::Load load;
  void add(const sim::Scenario& scenario, const sim::Summary& summary, const sim::Load& load);
};

void print_text(const sim::Scenario& scenario, const sim::Summary& summary, const sim::Load& load);
void print_text(const Totals& totals);
void print_text(const sim::Scenario& scenario, const sim::Outcome& failed);
void print_json(const sim::Scenario& scenario, const sim::Outcome& outcome);
void print_json(const sim::Scenario& scenario, const sim::Summary& summary, const sim::Load& load);

}  // namespace raftsim
