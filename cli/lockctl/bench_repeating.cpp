#include "cli/lockctl/bench_clients.hpp"
#include "net/client_driver.hpp"

namespace lockctl {
namespace {

using namespace std::chrono_literals;

class Repeating : public LoadClient {
 public:
  Repeating(boost::asio::io_context& io, client::Config config, std::string workload, std::string name,
            Samples& samples)
      : driver_(io, std::move(config)),
        workload_(std::move(workload)),
        name_(std::move(name)),
        samples_(samples) {}

  void begin() override {
    ++samples_.busy;
    next();
  }
  void close() override {
    ++samples_.busy;
    driver_.begin(client::CloseSession{}, 1s, [this](const client::Finished&) { --samples_.busy; });
  }

 private:
  bool locks() const { return workload_ == "uncontended" || workload_ == "contended"; }

  void next() {
    if (samples_.stopping) {
      --samples_.busy;
      return;
    }
    asked_ = net::now();
    if (locks()) return acquire();
    const client::Question question =
        workload_ == "read"
            ? client::Question(lock::Query(lock::GetStatus{name_}))
            : client::Question(lock::Operation(lock::SetStatus{name_, "running", {}, "", {}, {}, 10min}));
    driver_.begin(question, 10s, [this](const client::Finished& finished) { answered(finished); });
  }

  void acquire() {
    driver_.begin(lock::Operation(lock::Acquire{{{name_}}, true, {}, ""}), 30s,
                  [this](const client::Finished& finished) { acquired(finished); });
  }

  void acquired(const client::Finished& finished) {
    const auto* reply = std::get_if<lock::Reply>(&finished.outcome);
    const auto* granted = reply ? std::get_if<lock::Granted>(reply) : nullptr;
    if (!granted) return failed(finished);
    granted_ = net::now();
    if (samples_.measuring && samples_.let_go && granted->waited)
      samples_.handoff.add(granted_ - *samples_.let_go);
    samples_.let_go = granted_;
    driver_.begin(lock::Operation(lock::Release{name_, granted->token}), 10s,
                  [this](const client::Finished& released) { answered(released); });
  }

  void answered(const client::Finished& finished) {
    const auto* reply = std::get_if<lock::Reply>(&finished.outcome);
    const bool good = reply && (std::holds_alternative<lock::Released>(*reply) ||
                                std::holds_alternative<lock::StatusSet>(*reply) ||
                                std::holds_alternative<lock::NameView>(*reply));
    if (!good) return failed(finished);
    samples_.reached = true;
    if (samples_.measuring) {
      const auto now = net::now();
      samples_.pair.add(now - asked_);
      samples_.acquire.add((locks() ? granted_ : now) - asked_);
    }
    next();
  }

  void failed(const client::Finished& finished) {
    ++samples_.failed;
    const auto* reply = std::get_if<lock::Reply>(&finished.outcome);
    const auto* refused = reply ? std::get_if<lock::Refused>(reply) : nullptr;
    samples_.failure = refused ? refused->why : reply ? lock::name_of(*reply) : "no answer";
    samples_.reached = samples_.reached || refused;
    // What the servers refuse once, they refuse again: this client has nothing more to give.
    if (reply) {
      --samples_.busy;
      return;
    }
    next();
  }

  net::ClientDriver driver_;
  std::string workload_;
  std::string name_;
  Samples& samples_;
  base::Instant asked_, granted_;
};

}  // namespace

std::unique_ptr<LoadClient> repeating_client(boost::asio::io_context& io, client::Config config,
                                             const std::string& workload, std::string name,
                                             Samples& samples) {
  return std::make_unique<Repeating>(io, std::move(config), workload, std::move(name), samples);
}

}  // namespace lockctl
