#include "sim/workers.hpp"

#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/resource.h>
#include <thread>

#include "core/base/duration.hpp"
#include "sim/children.hpp"
#include "sim/outcome_line.hpp"

namespace sim {

namespace {

std::string to_line(const Outcome& outcome) {
  auto line = to_json(outcome, outcome.states);
  if (outcome.violation) line["history"] = outcome.history;
  return line_of(line);
}

Outcome from_line(const std::string& text) {
  const auto line = nlohmann::json::parse(text);
  auto outcome = outcome_of(line);
  if (outcome.violation) outcome.history = line.at("history");
  return outcome;
}

using Wall = std::chrono::steady_clock;

struct Worker {
  Child child;
  std::string buffer;
  std::size_t next = 0;  // the seed it is at
  Wall::time_point since = Wall::now();
  bool too_slow = false;  // it has been ended
};

// Every jobs-th seed from `first` on.
Worker start(const Scenario& scenario, const std::vector<std::uint64_t>& seeds, std::size_t first,
             unsigned jobs, const std::vector<Worker>& others) {
  const auto work = [&](int out) {
    for (auto i = first; i < seeds.size(); i += jobs) say(out, to_line(run_seed(scenario, seeds[i])));
  };
  std::vector<int> open;
  for (const auto& other : others) {
    if (other.child.fd >= 0) open.push_back(other.child.fd);
  }
  Worker worker;
  worker.child = start_child(work, open);
  worker.next = first;
  return worker;
}

std::uint64_t cpu_of_children() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const auto ns = [](const timeval& t) {
    return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000u +
           static_cast<std::uint64_t>(t.tv_usec) * 1000u;
  };
  return ns(usage.ru_utime) + ns(usage.ru_stime);
}

// Takes what there is to read. False: the worker has ended.
bool drain(Worker& worker, unsigned jobs, const std::function<void(const Outcome&)>& ended) {
  if (!hear(worker.child, worker.buffer)) return false;
  for (std::size_t end; (end = worker.buffer.find('\n')) != std::string::npos;) {
    ended(from_line(worker.buffer.substr(0, end)));
    worker.buffer.erase(0, end + 1);
    worker.next += jobs;
    worker.since = Wall::now();
  }
  return true;
}

// Ends those that have been at a seed for longer than the limit. Answers for how long to wait for news.
int look_at_clock(std::vector<Worker>& workers, const std::optional<Duration>& limit) {
  if (!limit) return -1;
  for (auto& worker : workers) {
    if (worker.child.fd < 0 || worker.too_slow || Wall::now() - worker.since <= *limit) continue;
    worker.too_slow = true;
    kill(worker.child.pid, SIGKILL);
  }
  return 50;
}

// The process died on a seed: that is its outcome.
Outcome death(std::uint64_t seed, const std::string& how) {
  Outcome outcome;
  outcome.seed = seed;
  outcome.violation = Violation{"core_check", "the process that ran it died with " + how, {}};
  return outcome;
}

Outcome too_slow(std::uint64_t seed, Duration limit) {
  Outcome outcome;
  outcome.seed = seed;
  outcome.inconclusive = "it took longer than limits.wall, " + base::format_duration(limit);
  return outcome;
}

}  // namespace

Load run_seeds(const Scenario& scenario, const std::vector<std::uint64_t>& seeds, unsigned jobs,
               const std::function<void(const Outcome&)>& ended) {
  const auto began = std::chrono::steady_clock::now();
  const auto cpu_before = cpu_of_children();
  std::vector<Worker> workers;
  for (unsigned i = 0; i < jobs && i < seeds.size(); ++i)
    workers.push_back(start(scenario, seeds, i, jobs, workers));
  std::size_t running = workers.size();
  while (running > 0) {
    std::vector<pollfd> fds;
    for (const auto& worker : workers) fds.push_back({worker.child.fd, POLLIN, 0});
    if (poll(fds.data(), fds.size(), look_at_clock(workers, scenario.wall_limit)) < 0) continue;
    for (std::size_t i = 0; i < workers.size(); ++i) {
      auto& worker = workers[i];
      if (worker.child.fd < 0 || fds[i].revents == 0 || drain(worker, jobs, ended)) continue;
      const auto died = end_of(worker.child);
      worker.child.fd = -1;
      --running;
      if (worker.next >= seeds.size()) continue;
      const auto seed = seeds[worker.next];
      ended(worker.too_slow ? too_slow(seed, *scenario.wall_limit) : death(seed, died.value_or("status 0")));
      if (worker.next + jobs >= seeds.size()) continue;
      worker = start(scenario, seeds, worker.next + jobs, jobs, workers);
      ++running;
    }
  }
  const auto wall = std::chrono::steady_clock::now() - began;
  return {cpu_of_children() - cpu_before, static_cast<std::uint64_t>(std::chrono::nanoseconds(wall).count())};
}

unsigned processors() {
  return std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace sim
