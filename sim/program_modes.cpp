// Every kind of lock, each name in a way of its own: taken, kept, checked, weakened, broken by others, given
// back.
#include "sim/rounds.hpp"

namespace sim {

namespace {

constexpr std::uint32_t kPermits = 2;

class Modes : public Rounds {
 public:
  explicit Modes(const ProgramTuning& tuning) : Rounds(tuning) {}

 private:
  static std::string name_of(std::uint64_t key) { return "modes/" + std::to_string(key); }

  // The first is exclusive, the second read and written, the third a semaphore; then exclusive with all that
  // may end it.
  static lock::Mode mode_of(Agent& agent, std::uint64_t key) {
    if (key % 4 == 1 && agent.random().chance(600'000)) return lock::Shared{};
    if (key % 4 == 2) return lock::Counted{kPermits};
    return lock::Exclusive{};
  }
  static lock::Queueing queueing_of(Agent& agent) {
    const auto which = agent.random().below(10);
    if (which == 0) return lock::Barge{};
    if (which == 1) return lock::Newest{};
    if (which == 2) return lock::Priority{static_cast<std::int32_t>(agent.random().below(3))};
    return lock::Fifo{};
  }
  static lock::Millis some_millis(Agent& agent, std::int64_t least, std::int64_t most) {
    return lock::Millis(agent.random().between(least, most));
  }

  Task round(Agent& agent) override {
    const auto key = agent.random().below(tuning().keys);
    if (pick(tuning().mix, agent.random()) == "break") {
      co_await break_somebody(agent, name_of(key));
    } else {
      co_await take(agent, key);
    }
  }

  Task take(Agent& agent, std::uint64_t key) {
    const auto name = name_of(key);
    lock::Acquire acquire;
    acquire.locks = {{name, mode_of(agent, key)}};
    acquire.wait = agent.random().chance(750'000);
    acquire.queueing = queueing_of(agent);
    if (key % 4 == 3) {
      if (agent.random().chance(400'000)) acquire.lock_delay = some_millis(agent, 50, 800);
      if (agent.random().chance(400'000)) acquire.max_hold = some_millis(agent, 200, 1500);
    }
    std::optional<Duration> within;
    if (agent.random().chance(300'000)) within = Duration(agent.random().between(1'000'000, 3'000'000'000));
    const auto call = agent.begin(lock::Operation(acquire), within);
    co_await agent.answer(call);
    const auto granted = agent.reply<lock::Granted>(call);
    if (!granted) co_return;
    co_await keep(agent, name, granted->token);
    const bool forgets = acquire.max_hold && agent.random().chance(500'000);
    if (forgets) {
      co_await outlive(agent, name, granted->token);
    } else if (std::holds_alternative<lock::Exclusive>(acquire.locks.front().mode) &&
               agent.random().chance(250'000)) {
      co_await downgrade(agent, name, granted->token);
    }
    // Also where it is over: that confirms the end of a hold that somebody broke.
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

  Task downgrade(Agent& agent, std::string name, lock::Token token) {
    const auto down = agent.begin(lock::Operation(lock::Downgrade{name, token}));
    co_await agent.answer(down);
    co_await keep(agent, name, token);
  }

  // Its maximum hold ends it, however well its session is kept alive; whoever waits for ever would show that
  // not.
  Task outlive(Agent& agent, std::string name, lock::Token token) {
    for (;;) {
      const auto check = agent.begin(lock::Query(lock::CheckHold{name, token}), std::chrono::seconds(2));
      co_await agent.answer(check);
      if (agent.reply<lock::NotHeld>(check)) co_return;
      co_await agent.sleep(std::chrono::milliseconds(150));
    }
  }
};

}  // namespace

std::unique_ptr<Program> make_modes(const ProgramTuning& tuning) {
  return std::make_unique<Modes>(tuning);
}

}  // namespace sim
