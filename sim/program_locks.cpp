// Takes a lock, keeps it a while, perhaps checks it, releases it; again and again until the story winds down.
#include "sim/rounds.hpp"

namespace sim {

namespace {

class Locks : public Rounds {
 public:
  explicit Locks(const ProgramTuning& tuning) : Rounds(tuning) {}

 private:
  Task round(Agent& agent) override {
    const auto name = "lock/" + std::to_string(agent.random().below(tuning().keys));
    lock::Acquire acquire;
    acquire.locks = {{name}};
    const auto& how = pick(tuning().mix, agent.random());
    acquire.wait = how != "try";
    std::optional<Duration> within;
    if (how == "timeout") within = Duration(agent.random().between(1'000'000, 3'000'000'000));
    const auto call = agent.begin(lock::Operation(acquire), within);
    co_await agent.answer(call);
    const auto granted = agent.reply<lock::Granted>(call);
    if (!granted) co_return;
    co_await keep(agent, name, granted->token);
    const auto release = agent.begin(lock::Operation(lock::Release{name, granted->token}));
    co_await agent.answer(release);
  }

  Task keep(Agent& agent, std::string name, lock::Token token) {
    Agent::Until until;
    until.time = Duration(tuning().hold_ns.sample(agent.random()));
    until.lost = token;
    co_await agent.until(until);
    if (!agent.random().chance(300'000)) co_return;
    const auto check = agent.begin(lock::Query(lock::CheckHold{name, token}), std::chrono::seconds(2));
    co_await agent.answer(check);
  }
};

}  // namespace

std::unique_ptr<Program> make_locks(const ProgramTuning& tuning) {
  return std::make_unique<Locks>(tuning);
}

}  // namespace sim
