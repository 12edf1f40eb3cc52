// Writes, reads, compares and waits on a few status records: one thing after the other, or several at once.
#include <map>

#include "sim/rounds.hpp"

namespace sim {

namespace {

// Of several questions one is asked so long after the other at most.
constexpr std::int64_t kBetweenNs = 2'000'000;
// Some who hang up wait for the end of their session so long at most.
constexpr std::int64_t kPatienceNs = 20'000'000;

class Status : public Rounds {
 public:
  Status(const ProgramTuning& tuning, std::uint32_t number, bool as_register)
      : Rounds(tuning), number_(number), as_register_(as_register) {}

 private:
  std::string some_name(Agent& agent) const {
    return (as_register_ ? "register/" : "status/") + std::to_string(agent.random().below(tuning().keys));
  }

  lock::SetStatus write(std::string name, std::optional<lock::Revision> if_revision) {
    lock::SetStatus set;
    set.name = std::move(name);
    set.state = "running";
    set.value = std::to_string(number_) + "." + std::to_string(++written_);  // nobody else writes it
    set.if_revision = if_revision;
    return set;
  }

  // Reads, and writes only where nobody wrote since.
  Task swap(Agent& agent) {
    const auto name = some_name(agent);
    const auto read = agent.begin(lock::Query(lock::GetStatus{name}), std::chrono::seconds(5),
                                  consistency_of(tuning(), agent.random()));
    co_await agent.answer(read);
    const auto view = agent.reply<lock::NameView>(read);
    if (!view || pick(tuning().mix, agent.random()) == "read") co_return;
    const auto seen = view->record ? view->record->revision : lock::Revision(0);
    const auto set = agent.begin(lock::Operation(write(name, seen)), std::chrono::seconds(5));
    co_await agent.answer(set);
  }

  Task round(Agent& agent) override {
    if (as_register_) {
      co_await swap(agent);
    } else {
      co_await use(agent);
    }
  }

  Task use(Agent& agent) {
    const auto& what = pick(tuning().mix, agent.random());
    if (what == "several" || what == "hang_up") co_return co_await several(agent, what == "hang_up");
    const auto name = some_name(agent);
    client::Question question;
    std::optional<Duration> within = std::chrono::seconds(5);
    auto consistency = lock::Consistency::linearizable;
    if (what == "read") {
      question = lock::Query(lock::GetStatus{name});
      consistency = consistency_of(tuning(), agent.random());
    } else if (what == "write") {
      question = lock::Operation(write(name, std::nullopt));
    } else if (what == "cas") {
      question = lock::Operation(write(name, known_[name]));
    } else if (what == "wait") {
      question = lock::Query(lock::WaitStatus{name, known_[name]});
      within = std::chrono::seconds(1);
    } else {
      question = lock::Operation(lock::ClearStatus{name, std::nullopt});
    }
    const auto call = agent.begin(question, within, consistency);
    co_await agent.answer(call);
    learn(agent, name, call);
  }

  // Asks without waiting for answers. Whoever hangs up ends his session before they have come.
  Task several(Agent& agent, bool hangs_up) {
    std::vector<std::pair<std::string, client::CallId>> asked;
    for (auto left = 2 + agent.random().below(4); left > 0; --left) {
      const auto name = some_name(agent);
      const auto which = agent.random().below(4);
      client::Question question = lock::Operation(lock::ClearStatus{name, std::nullopt});
      if (which == 0) question = lock::Operation(write(name, known_[name]));
      if (which > 1) question = lock::Operation(write(name, std::nullopt));
      asked.emplace_back(name, agent.begin(question));
      const auto pause = Duration(agent.random().between(0, kBetweenNs));
      co_await agent.sleep(pause);
    }
    if (hangs_up) {
      // Seldom: what nobody knows stays open for ever, and takes a judge long to think about.
      std::optional<Duration> patience;
      if (agent.random().chance(40'000)) patience = Duration(agent.random().between(0, kPatienceNs));
      co_await close(agent, patience);
    }
    for (const auto& [name, call] : asked) {
      if (!agent.finished(call)) co_await agent.answer(call);
      learn(agent, name, call);
    }
  }

  void learn(Agent& agent, const std::string& name, client::CallId call) {
    if (const auto set = agent.reply<lock::StatusSet>(call)) known_[name] = set->revision;
    if (const auto differs = agent.reply<lock::RevisionMismatch>(call)) known_[name] = differs->actual;
    if (const auto view = agent.reply<lock::NameView>(call)) {
      known_[name] = view->record ? view->record->revision : lock::Revision(0);
    }
  }

  std::uint32_t number_;
  bool as_register_;
  std::uint64_t written_ = 0;
  std::map<std::string, lock::Revision> known_;
};

}  // namespace

std::unique_ptr<Program> make_status(const ProgramTuning& tuning, std::uint32_t number) {
  return std::make_unique<Status>(tuning, number, false);
}

std::unique_ptr<Program> make_register(const ProgramTuning& tuning, std::uint32_t number) {
  return std::make_unique<Status>(tuning, number, true);
}

}  // namespace sim
