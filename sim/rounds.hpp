// What most programs are: rounds of work with pauses between them, until the story winds down.
#pragma once

#include "sim/programs.hpp"

namespace sim {

class Rounds : public Program {
 public:
  explicit Rounds(const ProgramTuning& tuning) : tuning_(tuning) {}

  Task run(Agent& agent) final {
    while (!agent.winding_down()) {
      co_await round(agent);
      const auto pause = tuning_.pace.next(agent);
      co_await agent.sleep(pause);
    }
    const auto close = agent.begin(client::CloseSession{});
    co_await agent.answer(close);
  }

 protected:
  const ProgramTuning& tuning() const { return tuning_; }

 private:
  virtual Task round(Agent& agent) = 0;

  ProgramTuning tuning_;
};

}  // namespace sim
