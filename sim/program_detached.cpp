// Takes locks that outlive its session, as scripts over several lines do: renews them in time or hardly in
// time, gives them back, leaves them to their lease, or keeps them until their maximum ends them.
#include "sim/rounds.hpp"

namespace sim {

namespace {

class Detached : public Rounds {
 public:
  explicit Detached(const ProgramTuning& tuning) : Rounds(tuning) {}

 private:
  static lock::Millis millis(std::int64_t ns) {
    return std::chrono::duration_cast<lock::Millis>(Duration(ns));
  }

  lock::Acquire wish(Agent& agent) const {
    lock::Acquire acquire;
    acquire.locks = {{"detached/" + std::to_string(agent.random().below(tuning().keys))}};
    acquire.wait = agent.random().chance(800'000);
    acquire.detached = millis(tuning().lease_ns.sample(agent.random()));
    if (tuning().max_hold_ns && agent.random().chance(500'000))
      acquire.max_hold = millis(tuning().max_hold_ns->sample(agent.random()));
    return acquire;
  }

  Task round(Agent& agent) override {
    const auto acquire = wish(agent);
    const std::string ending = pick(tuning().mix, agent.random());
    if (ending == "break") co_return co_await break_somebody(agent, acquire.locks.front().name);
    std::optional<Duration> within;
    if (agent.random().chance(150'000)) within = Duration(agent.random().between(1'000'000, 2'000'000'000));
    const auto call = agent.begin(lock::Operation(acquire), within);
    if (ending == "hang_up") {
      const auto patience = Duration(agent.random().between(0, 5'000'000));
      co_await agent.sleep(patience);
      co_return co_await close(agent);
    }
    co_await agent.answer(call);
    const auto granted = agent.reply<lock::Granted>(call);
    if (!granted) co_return;
    const auto token = granted->token;
    if (ending != "lapse") {
      const auto time = keeps_for(agent, ending, acquire);
      co_await keep(agent, acquire, token, time);
    }
    if (ending != "release") {
      Agent::Until over;
      over.lost = token;
      if (agent.believes(token)) co_await agent.until(over);
      // That it is over is for the servers to say.
      if (agent.random().chance(500'000)) co_return;
    }
    const auto release = agent.begin(lock::Operation(lock::Release{acquire.locks.front().name, token}));
    co_await agent.answer(release);
  }

  // Beyond its maximum, where it has one and is to outlast it.
  Duration keeps_for(Agent& agent, const std::string& ending, const lock::Acquire& acquire) const {
    if (ending == "release") return Duration(tuning().hold_ns.sample(agent.random()));
    return acquire.max_hold ? *acquire.max_hold + *acquire.detached : *acquire.detached * 4;
  }

  // Asks for the next renewal when it is time, also where the last one is not answered.
  Task keep(Agent& agent, lock::Acquire acquire, lock::Token token, Duration time) {
    Duration lease = *acquire.detached;
    const auto over = agent.world_now() + time;
    std::vector<client::CallId> open;
    while (agent.believes(token) && agent.world_now() < over && !agent.winding_down()) {
      Agent::Until due;
      due.time = Duration(agent.random().between(lease.count() / 4, lease.count()));
      due.lost = token;
      co_await agent.until(due);
      if (agent.world_now() >= over) break;
      // Another lease each time: a shorter one leaves the hold as it is.
      const lock::Renew renew{acquire.locks.front().name, token,
                              millis(tuning().lease_ns.sample(agent.random()))};
      lease = renew.ttl;
      open.push_back(agent.begin(lock::Operation(renew)));
    }
    for (const auto call : open) {
      if (!agent.finished(call)) co_await agent.answer(call);
    }
  }
};

}  // namespace

std::unique_ptr<Program> make_detached(const ProgramTuning& tuning) {
  return std::make_unique<Detached>(tuning);
}

}  // namespace sim
