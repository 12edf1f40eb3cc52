// Wants to lead, leads for a while if nothing ends it, and resigns or is deposed.
#include "sim/programs.hpp"

namespace sim {

namespace {

class Elect : public Program {
 public:
  explicit Elect(const ProgramTuning& tuning) : tuning_(tuning) {}

  Task run(Agent& agent) override {
    while (!agent.winding_down()) {
      const auto name = "elect/" + std::to_string(agent.random().below(tuning_.keys));
      lock::Acquire acquire;
      acquire.locks = {{name}};
      const auto call = agent.begin(lock::Operation(acquire));
      co_await agent.answer(call);
      const auto granted = agent.reply<lock::Granted>(call);
      if (!granted) continue;
      co_await lead(agent, name, granted->token);
      const auto release = agent.begin(lock::Operation(lock::Release{name, granted->token}));
      co_await agent.answer(release);
    }
    const auto close = agent.begin(client::CloseSession{});
    co_await agent.answer(close);
  }

 private:
  Task lead(Agent& agent, std::string name, lock::Token token) {
    const auto terms = 1 + agent.random().below(8);
    for (std::uint64_t i = 0; i < terms && agent.believes(token); ++i) {
      lock::SetStatus status;
      status.name = name;
      status.state = "running";
      status.value = std::to_string(token.value) + "/" + std::to_string(i);
      status.token = token;
      const auto write = agent.begin(lock::Operation(status));
      co_await agent.answer(write);
      Agent::Until until;
      until.time = Duration(tuning_.hold_ns.sample(agent.random()));
      until.lost = token;
      if (agent.believes(token)) co_await agent.until(until);
    }
  }

  ProgramTuning tuning_;
};

}  // namespace

std::unique_ptr<Program> make_elect(const ProgramTuning& tuning) {
  return std::make_unique<Elect>(tuning);
}

}  // namespace sim
