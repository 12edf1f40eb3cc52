// What simulated clients do all day.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/agent.hpp"
#include "sim/distribution.hpp"
#include "sim/mix.hpp"

namespace sim {

struct ProgramTuning {
  std::string program;          // one of program_names()
  std::uint32_t keys = 4;       // locks, status, register: so many names
  std::uint32_t objects = 10;   // upload
  std::string of = "register";  // reader: whose names
  // What reads of status records rest on; nothing: each on another.
  std::optional<lock::Consistency> reads = lock::Consistency::linearizable;
  Distribution hold_ns = Distribution::uniform(
      5'000'000, 400'000'000);  // locks: how long a lock is kept; upload: how long it takes
  Distribution lease_ns = Distribution::uniform(300'000'000, 1'500'000'000);  // detached: what it asks for
  std::optional<Distribution> max_hold_ns;  // detached, reenter: of every second hold; nothing: of none
  bool session_a_round = false;             // each round, or step of it, is a process of its own
  Pace pace{Distribution::uniform(1'000'000, 200'000'000)};
  Mix mix;  // of those programs that have one
};

const std::vector<std::string>& program_names();
// Whether it works in rounds, so that each may have a session of its own.
bool works_in_rounds(const std::string& program);
// `tuning.program` is one of them. `number`: of the client, for values that nobody else writes.
std::unique_ptr<Program> make_program(const ProgramTuning& tuning, std::uint32_t number);

// What the next read rests on.
lock::Consistency consistency_of(const ProgramTuning& tuning, Draws& random);

std::unique_ptr<Program> make_locks(const ProgramTuning& tuning);
std::unique_ptr<Program> make_reader(const ProgramTuning& tuning);
std::unique_ptr<Program> make_status(const ProgramTuning& tuning, std::uint32_t number);
std::unique_ptr<Program> make_register(const ProgramTuning& tuning, std::uint32_t number);
std::unique_ptr<Program> make_upload(const ProgramTuning& tuning);
std::unique_ptr<Program> make_detached(const ProgramTuning& tuning);
std::unique_ptr<Program> make_elect(const ProgramTuning& tuning);
std::unique_ptr<Program> make_modes(const ProgramTuning& tuning);
std::unique_ptr<Program> make_multi(const ProgramTuning& tuning);
std::unique_ptr<Program> make_once(const ProgramTuning& tuning, std::uint32_t number);
std::unique_ptr<Program> make_reenter(const ProgramTuning& tuning);
std::unique_ptr<Program> make_upload_once(const ProgramTuning& tuning);

}  // namespace sim
