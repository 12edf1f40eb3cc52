#include "sim/workers.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "core/base/check.hpp"
#include "core/base/duration.hpp"
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

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto n = write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) _exit(70);
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

// Every jobs-th seed from `first` on.
[[noreturn]] void work(const Scenario& scenario, const std::vector<std::uint64_t>& seeds, std::size_t first,
                       unsigned jobs, int out) {
  for (auto i = first; i < seeds.size(); i += jobs) write_all(out, to_line(run_seed(scenario, seeds[i])));
  _exit(0);
}

using Wall = std::chrono::steady_clock;

struct Worker {
  pid_t pid = -1;
  int fd = -1;
  std::string buffer;
  std::size_t next = 0;  // the seed it is at
  Wall::time_point since = Wall::now();
  bool too_slow = false;  // it has been ended
};

Worker start(const Scenario& scenario, const std::vector<std::uint64_t>& seeds, std::size_t first,
             unsigned jobs, const std::vector<Worker>& others) {
  int ends[2];
  CHECK(pipe(ends) == 0);
  const pid_t pid = fork();
  CHECK(pid >= 0);
  if (pid == 0) {
    for (const auto& other : others) {
      if (other.fd >= 0) close(other.fd);
    }
    close(ends[0]);
    work(scenario, seeds, first, jobs, ends[1]);
  }
  close(ends[1]);
  Worker worker;
  worker.pid = pid;
  worker.fd = ends[0];
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
  char chunk[65536];
  const auto n = read(worker.fd, chunk, sizeof chunk);
  if (n < 0 && errno == EINTR) return true;
  if (n <= 0) return false;
  worker.buffer.append(chunk, static_cast<std::size_t>(n));
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
    if (worker.fd < 0 || worker.too_slow || Wall::now() - worker.since <= *limit) continue;
    worker.too_slow = true;
    kill(worker.pid, SIGKILL);
  }
  return 50;
}

// The process died on a seed: that is its outcome.
Outcome death(std::uint64_t seed, int status) {
  Outcome outcome;
  outcome.seed = seed;
  const auto how = WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                                       : "status " + std::to_string(WEXITSTATUS(status));
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
    for (const auto& worker : workers) fds.push_back({worker.fd, POLLIN, 0});
    if (poll(fds.data(), fds.size(), look_at_clock(workers, scenario.wall_limit)) < 0) continue;
    for (std::size_t i = 0; i < workers.size(); ++i) {
      auto& worker = workers[i];
      if (worker.fd < 0 || fds[i].revents == 0 || drain(worker, jobs, ended)) continue;
      close(worker.fd);
      int status = 0;
      while (waitpid(worker.pid, &status, 0) < 0 && errno == EINTR) {
      }
      worker.fd = -1;
      --running;
      if (worker.next >= seeds.size()) continue;
      const auto seed = seeds[worker.next];
      ended(worker.too_slow ? too_slow(seed, *scenario.wall_limit) : death(seed, status));
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
