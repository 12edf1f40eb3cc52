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
  static Task close(Agent& agent, std::optional<Duration> within = {}) {
    const auto call = agent.begin(client::CloseSession{}, within);
    co_await agent.answer(call);
  }
  // Ends the hold of whoever has the name, mostly so that it stays blocked for as long as that one believes.
  static Task break_somebody(Agent& agent, std::string name) {
    const auto look = agent.begin(lock::Query(lock::GetStatus{name}), std::chrono::seconds(2));
    co_await agent.answer(look);
    const auto view = agent.reply<lock::NameView>(look);
    if (!view || view->holders.empty()) co_return;
    const lock::Break broken{name, view->holders.front().token, "a test", agent.random().chance(200'000)};
    const auto call = agent.begin(lock::Operation(broken));
    co_await agent.answer(call);
  }

 private:
  virtual Task round(Agent& agent) = 0;

  ProgramTuning tuning_;
};

}  // namespace sim
