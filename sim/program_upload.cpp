// The founding story: every client wants every object in the store; one uploads it, the others learn that it
// is done.
#include <algorithm>
#include <map>
#include <utility>

#include "sim/programs.hpp"

namespace sim {

namespace {

class Upload : public Program {
 public:
  explicit Upload(const ProgramTuning& tuning) : tuning_(tuning) {
    for (std::uint32_t i = 0; i < tuning.objects; ++i) wanted_.push_back("object/" + std::to_string(i));
  }

  // What is done is known over a crash: it was written beside the files.
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
  static bool says_done(const std::optional<lock::NameView>& view) {
    return view && view->record && view->record->state == "done";
  }

  // Waits for the lock and for the outcome, whichever comes first.
  Task attempt(Agent& agent, std::string name, bool& done) {
    lock::Acquire acquire;
    acquire.locks = {{name}};
    const auto turn = agent.begin(lock::Operation(acquire));
    const auto outcome = agent.begin(lock::Query(lock::WaitStatus{name, std::nullopt}));
    Agent::Until either;
    either.calls = {turn, outcome};
    co_await agent.until(either);
    agent.give_up(outcome);
    done = says_done(agent.reply<lock::NameView>(outcome));
    if (done) agent.give_up(turn);
    co_await agent.answer(turn);
    const auto granted = agent.reply<lock::Granted>(turn);
    if (!granted) co_return;
    if (!done) co_await run_as_holder(agent, name, granted->token, done);
    const auto release = agent.begin(lock::Operation(lock::Release{name, granted->token}));
    co_await agent.answer(release);
  }

  // Says so before it begins, but only over what it knows of the record: whoever was done in between is not
  // overwritten.
  Task run_as_holder(Agent& agent, std::string name, lock::Token token, bool& done) {
    for (;;) {
      const auto asked_at = agent.world_now();
      lock::Reply reply;
      co_await set(agent, name, "running", token, known_[name], reply);
      if (const auto* differs = std::get_if<lock::RevisionMismatch>(&reply)) {
        known_[name] = differs->actual;
        const auto read = agent.begin(lock::Query(lock::GetStatus{name}));
        co_await agent.answer(read);
        done = says_done(agent.reply<lock::NameView>(read));
        if (done) co_return;
        continue;
      }
      if (!std::holds_alternative<lock::StatusSet>(reply)) co_return;
      bool stored = false;
      co_await upload(agent, name, token, asked_at, stored);
      if (!stored) co_return;
      co_await set(agent, name, "done", token, std::nullopt, reply);
      done = std::holds_alternative<lock::StatusSet>(reply);
      co_return;
    }
  }

  // Where the session has ended meanwhile it is said once more, in a new one: that a token is stale is for
  // the servers to know. `reply` stays SessionExpired where nothing is known.
  Task set(Agent& agent, std::string name, std::string state, lock::Token token,
           std::optional<lock::Revision> if_revision, lock::Reply& reply) {
    reply = lock::SessionExpired{};
    for (int session = 0; session < 2 && std::holds_alternative<lock::SessionExpired>(reply); ++session) {
      lock::SetStatus status;
      status.name = name;
      status.state = state;
      status.token = token;
      status.if_revision = if_revision;
      const auto call = agent.begin(lock::Operation(status));
      co_await agent.answer(call);
      if (const auto* known = std::get_if<lock::Reply>(&agent.finished(call)->outcome)) reply = *known;
      if (const auto* set = std::get_if<lock::StatusSet>(&reply)) known_[name] = set->revision;
    }
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
  std::map<std::string, lock::Revision> known_;  // of each record, when it was last heard of; 0: no record
};

}  // namespace

std::unique_ptr<Program> make_upload(const ProgramTuning& tuning) {
  return std::make_unique<Upload>(tuning);
}

}  // namespace sim
