// What most programs are: rounds of work with pauses between them, until the story winds down. All in one
// session, or each in one of its own, as by a new process.
#pragma once

#include "sim/programs.hpp"

namespace sim {

class Rounds : public Program {
 public:
  explicit Rounds(const ProgramTuning& tuning) : tuning_(tuning) {}

  Task run(Agent& agent) final {
    while (!agent.winding_down()) {
      co_await round(agent);
      if (tuning_.session_a_round) co_await close(agent);
      const auto pause = tuning_.pace.next(agent);
      co_await agent.sleep(pause);
      if (tuning_.session_a_round) agent.turn_to(std::nullopt);
    }
    co_await close(agent);
  }

 protected:
  const ProgramTuning& tuning() const { return tuning_; }
  // What is still asked ends with it, and perhaps nobody learns how.
  static Task close(Agent& agent) {
    const auto call = agent.begin(client::CloseSession{});
    co_await agent.answer(call);
  }

 private:
  virtual Task round(Agent& agent) = 0;

  ProgramTuning tuning_;
};

}  // namespace sim
