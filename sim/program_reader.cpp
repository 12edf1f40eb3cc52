// Only reads, so it stays with whatever server it has met: most often one that follows.
#include "sim/programs.hpp"

namespace sim {

namespace {

class Reader : public Program {
 public:
  explicit Reader(const ProgramTuning& tuning) : tuning_(tuning) {}

  Task run(Agent& agent) override {
    while (!agent.winding_down()) {
      const auto name = tuning_.of + "/" + std::to_string(agent.random().below(tuning_.keys));
      const auto read = agent.begin(lock::Query(lock::GetStatus{name}), std::chrono::seconds(5),
                                    consistency_of(tuning_, agent.random()));
      co_await agent.answer(read);
      const auto pause = tuning_.pace.next(agent);
      co_await agent.sleep(pause);
      if (agent.random().chance(50'000)) agent.turn_to(std::nullopt);
    }
  }

 private:
  ProgramTuning tuning_;
};

}  // namespace

std::unique_ptr<Program> make_reader(const ProgramTuning& tuning) {
  return std::make_unique<Reader>(tuning);
}

}  // namespace sim
