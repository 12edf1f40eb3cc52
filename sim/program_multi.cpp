// Takes several names at once, and sometimes one more while it holds them: whoever would wait for himself is
// told so.
#include <algorithm>

#include "sim/rounds.hpp"

namespace sim {

namespace {

class Multi : public Rounds {
 public:
  explicit Multi(const ProgramTuning& tuning) : Rounds(tuning) {}

 private:
  static std::string name_of(std::uint64_t key) { return "multi/" + std::to_string(key); }
  static lock::Mode mode_of(Agent& agent, std::uint64_t key) {
    if (key == 0) return lock::Counted{2};
    return agent.random().chance(300'000) ? lock::Mode(lock::Shared{}) : lock::Mode(lock::Exclusive{});
  }

  Task round(Agent& agent) override {
    std::vector<std::uint64_t> keys;
    for (std::uint64_t key = 0; key < tuning().keys; ++key) keys.push_back(key);
    for (auto i = keys.size(); i > 1; --i) std::swap(keys[i - 1], keys[agent.random().below(i)]);
    const auto first = std::min<std::size_t>(keys.size(), 1 + agent.random().below(3));
    lock::Acquire acquire;
    for (std::size_t i = 0; i < first; ++i)
      acquire.locks.push_back({name_of(keys[i]), mode_of(agent, keys[i])});
    acquire.wait = agent.random().chance(850'000);
    std::optional<Duration> within;
    if (agent.random().chance(200'000)) within = Duration(agent.random().between(1'000'000, 3'000'000'000));
    const auto call = agent.begin(lock::Operation(acquire), within);
    co_await agent.answer(call);
    const auto granted = agent.reply<lock::Granted>(call);
    if (!granted) co_return;
    co_await keep(agent, granted->token);
    if (first < keys.size() && agent.random().chance(400'000)) co_await one_more(agent, keys[first]);
    if (agent.random().chance(300'000)) {
      const auto name = acquire.locks.back().name;
      const auto check =
          agent.begin(lock::Query(lock::CheckHold{name, granted->token}), std::chrono::seconds(2));
      co_await agent.answer(check);
    }
    co_await give_back(agent, call, acquire.locks.front().name, granted->token);
  }

  // Waits for ever: in a circle nobody would come out of it.
  Task one_more(Agent& agent, std::uint64_t key) {
    lock::Acquire acquire;
    acquire.locks = {{name_of(key), mode_of(agent, key)}};
    const auto call = agent.begin(lock::Operation(acquire));
    co_await agent.answer(call);
    const auto granted = agent.reply<lock::Granted>(call);
    if (!granted) co_return;
    co_await keep(agent, granted->token);
    co_await give_back(agent, call, acquire.locks.front().name, granted->token);
  }

  Task give_back(Agent& agent, client::CallId call, std::string name, lock::Token token) {
    const bool leaves = agent.random().chance(300'000) && agent.believes(token);
    const auto back = leaves ? agent.leave(call) : agent.begin(lock::Operation(lock::Release{name, token}));
    co_await agent.answer(back);
  }

  Task keep(Agent& agent, lock::Token token) {
    Agent::Until until;
    until.time = Duration(tuning().hold_ns.sample(agent.random()));
    until.lost = token;
    co_await agent.until(until);
  }
};

}  // namespace

std::unique_ptr<Program> make_multi(const ProgramTuning& tuning) {
  return std::make_unique<Multi>(tuning);
}

}  // namespace sim
