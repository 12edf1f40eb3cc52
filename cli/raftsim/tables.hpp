// Coverage as tables, for people.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/results.hpp"

namespace raftsim {

struct Table {
  std::string title;
  std::vector<std::string> columns;  // the first names the rows
  struct Row {
    std::string name;
    std::vector<std::uint64_t> cells;  // one a column but the first
  };
  std::vector<Row> rows;
};

// How often each fault struck, and while what else was going on; of all scenarios together.
Table fault_by_meeting(const std::vector<sim::Results>& all);
// Which scenario fires which fault how often. Faults that none fires are left out.
Table fault_by_scenario(const std::vector<sim::Results>& all);
// In columns, right-aligned; 0 as ".".
std::string text_of(const Table& table);

// 1234 thousandths as "1.2".
std::string tenths(std::uint64_t thousandths);
// "412 states, 31 of them in one seed only; the next seed would show 0.7 new ones".
std::string growth_line(const sim::Growth& growth);
// The command that shows it.
std::string replay_command(const sim::Scenario& scenario, std::uint64_t seed);
// "40 of 40 seeds passed", or what is expected of a story that must fail.
std::string seeds_line(const sim::Results& results);
// "12 of 40 scenarios ended" where files end before their runs did; else nothing.
std::string ended_line(const std::vector<sim::Results>& all);
// The worst of them: not deterministic, violation, inconclusive, pass.
sim::Verdict worst(const std::vector<sim::Results>& all);

}  // namespace raftsim
