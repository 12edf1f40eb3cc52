// How long until everybody who waits for one outcome has it. Many clients in one process, a connection each,
// wait for one once, or for one status; then its outcome is sent, 1 KiB of output with it.
//   waiters_bench ENDPOINT,… CLIENTS ROUNDS
// Prints a row a round: from the sending of the outcome until the first, the middle and the last client had
// it.
#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <sys/resource.h>
#include <vector>

#include "core/base/check.hpp"
#include "net/client_driver.hpp"

namespace {

using namespace std::chrono_literals;
using base::Instant;

// A server lets so many in at once that have not said hello.
constexpr std::size_t kAtOnce = 256;
constexpr std::size_t kOutputBytes = 1024;

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts{""};
  for (const char c : text) c == ',' ? parts.emplace_back() : (parts.back() += c, parts.back());
  return parts;
}

client::Config config_of(std::vector<std::string> endpoints, std::uint64_t seed) {
  client::Config config;
  config.endpoints = std::move(endpoints);
  config.who = "waiters_bench";
  config.seed = seed;
  // The load process serves ten thousand clients in turn: none of them should take its slowness for the
  // server's.
  config.connect_timeout = config.reply_timeout = 30s;
  return config;
}

template <class T>
const T& reply_of(const client::Finished& finished) {
  const auto* reply = std::get_if<lock::Reply>(&finished.outcome);
  const auto* wanted = reply ? std::get_if<T>(reply) : nullptr;
  if (!wanted) {
    std::fprintf(stderr, "waiters_bench: answered %s\n", reply ? lock::name_of(*reply) : "nothing in time");
    std::exit(1);
  }
  return *wanted;
}

class Bench {
 public:
  Bench(const std::vector<std::string>& endpoints, std::size_t clients) {
    for (const auto& endpoint : endpoints) {
      servers_.push_back(std::make_unique<net::ClientDriver>(io_, config_of({endpoint}, 1)));
    }
    runner_ = std::make_unique<net::ClientDriver>(io_, config_of(endpoints, 1));
    for (std::size_t i = 0; i < clients; ++i) {
      waiters_.push_back(std::make_unique<net::ClientDriver>(io_, config_of(endpoints, i)));
    }
  }

  void round_of_once(const std::string& name) {
    lock::Once once;
    once.name = name;
    const auto run = reply_of<lock::Granted>(ask(*runner_, lock::Operation(once)));
    wait_all(lock::Operation(once));
    until([&] { return queued_ == waiters_.size(); });
    const lock::FinishOnce finish{name, run.token, 0, base::Bytes(std::string(kOutputBytes, 'x')), false};
    send("once", lock::Operation(finish));
  }

  void round_of_status(const std::string& name) {
    wait_all(lock::Query(lock::WaitStatus{name, std::nullopt}));
    while (standing() < waiters_.size()) io_.run_for(20ms);
    lock::SetStatus set;
    set.name = name;
    set.state = "done";
    set.value = std::string(kOutputBytes, 'x');
    send("status", lock::Operation(set));
  }

 private:
  void until(const auto& done) {
    while (!done()) io_.run_one();
  }

  client::Finished ask(net::ClientDriver& driver, client::Question question) {
    std::optional<client::Finished> answer;
    driver.begin(std::move(question), 60s, [&](const client::Finished& finished) { answer = finished; });
    until([&] { return answer.has_value(); });
    return *answer;
  }

  void wait_all(const client::Question& question) {
    queued_ = 0;
    learnt_.clear();
    for (std::size_t i = 0; i < waiters_.size(); ++i) {
      if (std::holds_alternative<lock::Operation>(question)) until([&] { return i < queued_ + kAtOnce; });
      // Nothing tells that a query has arrived, so those go a few at a time.
      else if (i % kAtOnce == 0)
        io_.run_for(20ms);
      waiters_[i]->begin(
          question, std::nullopt, [this](const client::Finished& finished) { learn(finished); },
          [this, told = false](const lock::Queued&) mutable { queued_ += !std::exchange(told, true); });
    }
  }

  void learn(const client::Finished& finished) {
    learnt_.push_back(net::now());
    const bool is_status = std::holds_alternative<lock::NameView>(std::get<lock::Reply>(finished.outcome));
    const auto& output = is_status ? reply_of<lock::NameView>(finished).record->value
                                   : reply_of<lock::OnceEnded>(finished).output;
    CHECK(output.size() == kOutputBytes);
  }

  std::size_t standing() {
    std::size_t sum = 0;
    for (const auto& server : servers_) {
      const auto answer = ask(*server, lock::Admin(lock::GetMetrics{}));
      for (const auto& metric : reply_of<lock::Metrics>(answer).metrics) {
        if (metric.name == "lockd_requests_standing") sum += metric.value;
      }
    }
    return sum;
  }

  void send(const char* what, client::Question outcome) {
    const auto start = net::now();
    ask(*runner_, std::move(outcome));
    until([&] { return learnt_.size() == waiters_.size(); });
    const auto ms = [&](std::size_t i) { return static_cast<double>((learnt_[i] - start).count()) / 1e6; };
    std::printf("%s %zu %.1f %.1f %.1f\n", what, learnt_.size(), ms(0), ms(learnt_.size() / 2),
                ms(learnt_.size() - 1));
    std::fflush(stdout);
  }

  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> at_work_{io_.get_executor()};
  std::vector<std::unique_ptr<net::ClientDriver>> servers_;  // each asked about itself
  std::unique_ptr<net::ClientDriver> runner_;
  std::vector<std::unique_ptr<net::ClientDriver>> waiters_;
  std::size_t queued_ = 0;
  std::vector<Instant> learnt_;
};

void raise_limit_of_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::fprintf(stderr, "usage: waiters_bench ENDPOINT,… CLIENTS ROUNDS\n"), 2;
  raise_limit_of_files();
  const auto endpoints = split(argv[1]);
  const auto clients = std::strtoul(argv[2], nullptr, 10);
  const auto rounds = std::strtoul(argv[3], nullptr, 10);
  // Those without a session stay wherever they were let in, so they come first.
  Bench bench(endpoints, clients);
  for (std::size_t i = 0; i < rounds; ++i) bench.round_of_status("bench/status-" + std::to_string(i));
  for (std::size_t i = 0; i < rounds; ++i) bench.round_of_once("bench/once-" + std::to_string(i));
}
