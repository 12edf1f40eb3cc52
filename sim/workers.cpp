#include "sim/workers.hpp"

#include <cerrno>
#include <chrono>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "core/base/check.hpp"

namespace sim {

namespace {

using nlohmann::json;

std::string to_line(const Outcome& outcome) {
  json line{{"seed", outcome.seed},
            {"digest", outcome.digest},
            {"events", outcome.events},
            {"sim_ns", outcome.simulated.count()},
            {"operations", outcome.operations},
            {"coverage", outcome.coverage}};
  if (outcome.inconclusive) line["inconclusive"] = *outcome.inconclusive;
  if (outcome.violation) {
    line["check"] = outcome.violation->check;
    line["what"] = outcome.violation->what;
    line["lines"] = outcome.violation->lines;
    line["history"] = outcome.history;
  }
  return line.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

Outcome from_line(const std::string& text) {
  const auto line = json::parse(text);
  Outcome outcome;
  outcome.seed = line.at("seed");
  outcome.digest = line.at("digest");
  outcome.events = line.at("events");
  outcome.simulated = Time(line.at("sim_ns").get<std::int64_t>());
  outcome.operations = line.at("operations");
  for (const auto& [counter, value] : line.at("coverage").items())
    outcome.coverage[counter] = value.get<std::uint64_t>();
  if (line.contains("inconclusive")) outcome.inconclusive = line.at("inconclusive").get<std::string>();
  if (line.contains("check")) {
    outcome.violation =
        Violation{line.at("check"), line.at("what"), line.at("lines").get<std::vector<std::string>>()};
    outcome.history = line.at("history");
  }
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

struct Worker {
  pid_t pid = -1;
  int fd = -1;
  std::string buffer;
  std::size_t next = 0;  // the seed it is at
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
  return {pid, ends[0], {}, first};
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
  }
  return true;
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
    if (poll(fds.data(), fds.size(), -1) < 0) continue;
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
      ended(death(seeds[worker.next], status));
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
