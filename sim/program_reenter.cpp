// Enters what it holds again, gives the entries back one by one, or ends the hold whole by its token.
#include "sim/rounds.hpp"

namespace sim {

namespace {

class Reenter : public Rounds {
 public:
  explicit Reenter(const ProgramTuning& tuning) : Rounds(tuning) {}

 private:
  Task round(Agent& agent) override {
    const auto name = "reenter/" + std::to_string(agent.random().below(tuning().keys));
    std::vector<client::CallId> entered;
    std::optional<lock::Token> token;
    const auto times = 1 + agent.random().below(3);
    for (std::uint64_t i = 0; i < times; ++i) {
      lock::Acquire acquire;
      acquire.locks = {{name}};
      if (i == 0 && tuning().max_hold_ns && agent.random().chance(500'000)) {
        const Duration most(tuning().max_hold_ns->sample(agent.random()));
        acquire.max_hold = std::chrono::duration_cast<lock::Millis>(most);
      }
      if (agent.random().chance(i > 0 ? 300'000 : 150'000)) acquire.locks.front().mode = lock::Shared{};
      const auto call = agent.begin(lock::Operation(acquire));
      co_await agent.answer(call);
      const auto granted = agent.reply<lock::Granted>(call);
      // Nobody waits for himself: what he reads stays his.
      if (agent.reply<lock::Deadlock>(call)) break;
      // A hold that was lost in between is another one now.
      if (!granted || (token && granted->token != *token)) entered.clear();
      if (!granted) break;
      token = granted->token;
      entered.push_back(call);
      co_await keep(agent, *token);
    }
    while (!entered.empty()) {
      if (!agent.believes(*token)) break;
      if (agent.random().chance(150'000)) break;
      const auto left = agent.leave(entered.back());
      co_await agent.answer(left);
      entered.pop_back();
      co_await keep(agent, *token);
    }
    if (!token || entered.empty()) co_return;
    const auto release = agent.begin(lock::Operation(lock::Release{name, *token}));
    co_await agent.answer(release);
  }

  Task keep(Agent& agent, lock::Token token) {
    Agent::Until until;
    until.time = Duration(tuning().hold_ns.sample(agent.random()));
    until.lost = token;
    if (agent.believes(token)) co_await agent.until(until);
  }
};

}  // namespace

std::unique_ptr<Program> make_reenter(const ProgramTuning& tuning) {
  return std::make_unique<Reenter>(tuning);
}

}  // namespace sim
