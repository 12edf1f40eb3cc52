// What a run looks like on a screen, and as JSON lines.
#pragma once

#include <cstdint>

#include "sim/results.hpp"

namespace raftsim {

struct Totals {
  std::uint64_t seeds = 0;
  std::uint64_t events = 0;
  std::uint64_t node_ns = 0;  // simulated time times servers
  sim::Load load;
  void add(const sim::Results& results);
};

int code_of(sim::Verdict verdict);

void print_text(const sim::Results& results);
void print_text(const Totals& totals);
void print_text(const sim::Scenario& scenario, const sim::Outcome& failed);
// `new_states`: those that no seed before it had shown.
void print_json(const sim::Scenario& scenario, const sim::Outcome& outcome, std::size_t new_states);
void print_json(const sim::Results& results);

}  // namespace raftsim
