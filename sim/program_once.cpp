// Jobs that one client runs and all others learn the outcome of: they fail, their runners stop midway or come
// too late, and what is known of them is forgotten after a while, so that they are run anew.
#include "sim/rounds.hpp"

namespace sim {

namespace {

constexpr lock::Millis kKeep{800};

class OnceJobs : public Rounds {
 public:
  OnceJobs(const ProgramTuning& tuning, std::uint32_t number) : Rounds(tuning), number_(number) {}

 private:
  // All callers of a name ask for the same.
  static lock::Once job(std::uint64_t key) {
    lock::Once once;
    once.name = "once/" + std::to_string(key);
    once.keep = kKeep;
    once.attempts = 2 + static_cast<std::uint32_t>(key % 2);
    once.on_fail = key % 3 == 0 ? lock::OnFail::replay : lock::OnFail::next;
    return once;
  }

  Task round(Agent& agent) override {
    auto once = job(agent.random().below(tuning().keys));
    once.wait = agent.random().chance(850'000);
    std::optional<Duration> within;
    if (agent.random().chance(200'000)) within = Duration(agent.random().between(1'000'000, 3'000'000'000));
    const auto call = agent.begin(lock::Operation(once), within);
    co_await agent.answer(call);
    const auto granted = agent.reply<lock::Granted>(call);
    if (!granted) co_return co_await look(agent, once.name);
    // It works on whatever becomes of its lease, as a command on a stopped machine would.
    const auto work = Duration(tuning().hold_ns.sample(agent.random()));
    co_await agent.sleep(work);
    if (agent.random().chance(150'000)) {
      if (!agent.believes(granted->token)) co_return;
      const auto left = agent.leave(call);
      co_await agent.answer(left);
      co_return;
    }
    lock::FinishOnce finish;
    finish.name = once.name;
    finish.token = granted->token;
    finish.code = agent.random().chance(300'000) ? 1 : 0;
    finish.output = base::Bytes(std::to_string(number_) + "/" + std::to_string(++last_output_));
    // Once more in a new session, where the old one is over: that it comes too late is for the servers to
    // say.
    for (int session = 0; session < 2; ++session) {
      const auto finished = agent.begin(lock::Operation(finish));
      co_await agent.answer(finished);
      if (!agent.reply<lock::SessionExpired>(finished)) co_return;
    }
  }

  Task look(Agent& agent, std::string name) {
    if (!agent.random().chance(200'000)) co_return;
    const auto read = agent.begin(lock::Query(lock::GetStatus{name}), std::chrono::seconds(2));
    co_await agent.answer(read);
  }

  std::uint32_t number_;
  std::uint64_t last_output_ = 0;
};

// The founding story with nothing but a Once an object.
class UploadOnce : public Program {
 public:
  explicit UploadOnce(const ProgramTuning& tuning) : tuning_(tuning) {
    for (std::uint32_t i = 0; i < tuning.objects; ++i) wanted_.push_back("object/" + std::to_string(i));
  }

  Task run(Agent& agent) override {
    while (!wanted_.empty()) {
      std::swap(wanted_.back(), wanted_[agent.random().below(wanted_.size())]);
      const auto name = wanted_.back();
      bool done = false;
      co_await attempt(agent, name, done);
      if (done) {
        agent.learnt_done(name);
        std::erase(wanted_, name);
      }
      const auto pause = tuning_.pace.next(agent);
      co_await agent.sleep(pause);
    }
    const auto close = agent.begin(client::CloseSession{});
    co_await agent.answer(close);
  }

 private:
  Task attempt(Agent& agent, std::string name, bool& done) {
    lock::Once once;
    once.name = name;
    once.attempts = 100;
    once.on_fail = lock::OnFail::next;
    const auto asked_at = agent.world_now();
    const auto call = agent.begin(lock::Operation(once));
    co_await agent.answer(call);
    if (const auto ended = agent.reply<lock::OnceEnded>(call)) done = ended->state == "done";
    const auto granted = agent.reply<lock::Granted>(call);
    if (!granted) co_return;
    bool stored = false;
    co_await upload(agent, name, granted->token, asked_at, stored);
    lock::FinishOnce finish{name, granted->token, stored ? 0 : 1, base::Bytes(name), false};
    const auto finished = agent.begin(lock::Operation(finish));
    co_await agent.answer(finished);
    const auto told = agent.reply<lock::OnceFinished>(finished);
    done = told && told->state == "done";
  }

  // Between the first byte and the last nobody looks at the lease: what comes too late is the store's to
  // refuse.
  Task upload(Agent& agent, std::string name, lock::Token token, Time read_at, bool& stored) {
    Agent::Until begun;
    begun.request = agent.ask_store({Agent::UploadStep::begin, name, token, read_at});
    begun.lost = token;
    co_await agent.until(begun);
    if (!agent.store_answered(*begun.request).value_or(false)) co_return;
    const auto transfer = Duration(tuning_.hold_ns.sample(agent.random()));
    co_await agent.sleep(transfer);
    Agent::Until arrived;
    arrived.request = agent.ask_store({Agent::UploadStep::commit, name, token, read_at});
    co_await agent.until(arrived);
    stored = agent.store_answered(*arrived.request).value_or(false);
  }

  ProgramTuning tuning_;
  std::vector<std::string> wanted_;
};

}  // namespace

std::unique_ptr<Program> make_once(const ProgramTuning& tuning, std::uint32_t number) {
  return std::make_unique<OnceJobs>(tuning, number);
}
std::unique_ptr<Program> make_upload_once(const ProgramTuning& tuning) {
  return std::make_unique<UploadOnce>(tuning);
}

}  // namespace sim
