// The seeds of one scenario together: its verdict, in words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/world.hpp"

namespace sim {

struct Summary {
  std::uint64_t seeds = 0;
  std::uint64_t events = 0;
  std::uint64_t operations = 0;
  Time simulated{0};
  Coverage coverage;
  std::vector<Outcome> failed;  // by seed; the first few
  std::uint64_t failures = 0;
  std::uint64_t as_expected = 0;  // failed by the check that was expected to fail
  std::optional<Outcome> first_expected;
  std::uint64_t undecided = 0;            // seeds of which nothing can be said
  std::vector<std::string> inconclusive;  // what is missing for a pass
  // Of the timeline and the schedule: what struck in none of the seeds that passed. Nothing: none passed, or
  // each seed plays a part only.
  std::optional<std::vector<std::string>> idle;

  void add(const Scenario& scenario, const Outcome& outcome);
  // After the last one: was everything met that must have been?
  void close(const Scenario& scenario);
};

enum class Verdict { pass, violation, inconclusive, not_deterministic };
Verdict verdict_of(const Summary& summary);
const char* name_of(Verdict verdict);

// 12 345 678 as "12.3M".
std::string short_number(std::uint64_t number);

}  // namespace sim
