#include "cli/lockctl/bench_clients.hpp"
#include "net/client_driver.hpp"

namespace lockctl {
namespace {

using namespace std::chrono_literals;

constexpr lock::Millis kRecordTtl = 1h;

class Mixed : public LoadClient {
 public:
  Mixed(boost::asio::io_context& io, client::Config config, std::string prefix, std::uint64_t names,
        HistoryFile* history, Samples& samples)
      : random_(config.seed, "mixed"),
        id_(config.seed),
        driver_(io, std::move(config)),
        prefix_(std::move(prefix)),
        names_(names),
        recorder_(history),
        samples_(samples) {}

  ~Mixed() override { recorder_.end(); }

  void begin() override {
    ++samples_.busy;
    next();
  }
  void close() override {
    ++samples_.busy;
    driver_.begin(client::CloseSession{}, 1s, [this](const client::Finished&) { --samples_.busy; });
  }

 private:
  using Then = void (Mixed::*)(const client::Finished&);

  void ask(const client::Question& question, base::Duration within, Then then) {
    recorder_.begin(question, net::now());
    driver_.begin(question, within, [this, then](const client::Finished& finished) {
      recorder_.finish(finished, net::now());
      count(finished);
      (this->*then)(finished);
    });
  }

  void count(const client::Finished& finished) {
    samples_.reached = samples_.reached || driver_.session().has_value();
    samples_.unknown += std::holds_alternative<client::Unknown>(finished.outcome) ? 1 : 0;
    samples_.timed_out += std::holds_alternative<client::TimedOut>(finished.outcome) ? 1 : 0;
    const auto* refused = reply_of<lock::Refused>(finished);
    if (refused == nullptr) return;
    ++samples_.failed;
    samples_.failure = refused->why;
  }

  template <class T>
  static const T* reply_of(const client::Finished& finished) {
    const auto* reply = std::get_if<lock::Reply>(&finished.outcome);
    return reply ? std::get_if<T>(reply) : nullptr;
  }

  void next() {
    if (samples_.stopping || samples_.failed > 0) {
      --samples_.busy;
      return;
    }
    name_ = prefix_ + "/" + std::to_string(random_.below(names_));
    asked_ = net::now();
    if (random_.below(4) == 0) return ask(lock::Query(lock::GetStatus{name_}), 10s, &Mixed::seen);
    ask(lock::Operation(lock::Acquire{{{name_}}, true, {}, ""}), 2s, &Mixed::acquired);
  }

  // Without a lock: whoever wrote in between wins.
  void seen(const client::Finished& finished) {
    const auto* view = reply_of<lock::NameView>(finished);
    if (!view) return next();
    const auto revision = view->record ? view->record->revision : lock::Revision(0);
    ask(lock::Operation(lock::SetStatus{name_, "swapped", {}, value(), {}, revision, kRecordTtl}), 10s,
        &Mixed::swapped);
  }
  void swapped(const client::Finished&) { next(); }

  void acquired(const client::Finished& finished) {
    const auto* granted = reply_of<lock::Granted>(finished);
    if (!granted) return next();
    token_ = granted->token;
    granted_ = net::now();
    stands_until_ = driver_.session_deadline().value_or(asked_);
    ask(lock::Operation(lock::SetStatus{name_, "running", {}, value(), token_, {}, kRecordTtl}), 10s,
        &Mixed::written);
  }
  void written(const client::Finished&) { ask(lock::Query(lock::GetStatus{name_}), 10s, &Mixed::read); }
  void read(const client::Finished&) {
    ask(lock::Operation(lock::Release{name_, token_}), 10s, &Mixed::released);
  }

  void released(const client::Finished& finished) {
    const bool released = reply_of<lock::Released>(finished) != nullptr;
    if (!released && !std::holds_alternative<client::Unknown>(finished.outcome))
      recorder_.expire(name_, token_, stands_until_);
    if (released && samples_.measuring) {
      samples_.pair.add(net::now() - asked_);
      samples_.acquire.add(granted_ - asked_);
    }
    next();
  }

  // Never written twice, so that a reader tells whose it saw.
  std::string value() { return std::to_string(id_) + "." + std::to_string(++written_); }

  base::Random random_;
  std::uint64_t id_;
  std::uint64_t written_ = 0;
  net::ClientDriver driver_;
  std::string prefix_;
  std::uint64_t names_;
  Recorder recorder_;
  Samples& samples_;

  std::string name_;
  lock::Token token_;
  base::Instant asked_, granted_, stands_until_;
};

}  // namespace

std::unique_ptr<LoadClient> mixed_client(boost::asio::io_context& io, client::Config config,
                                         std::string prefix, std::uint64_t names, HistoryFile* history,
                                         Samples& samples) {
  return std::make_unique<Mixed>(io, std::move(config), std::move(prefix), names, history, samples);
}

}  // namespace lockctl
