#include "sim/workers_each.hpp"

#include <cerrno>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/check.hpp"

namespace sim {

namespace {

struct Worker {
  std::size_t number;
  pid_t pid;
  int fd;
};

[[noreturn]] void answer(int out, const std::string& text) {
  for (std::size_t sent = 0; sent < text.size();) {
    const auto n = write(out, text.data() + sent, text.size() - sent);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) _exit(70);
    sent += static_cast<std::size_t>(n);
  }
  _exit(0);
}

Worker start(std::size_t number, const std::function<std::string(std::size_t)>& work) {
  int ends[2];
  CHECK(pipe(ends) == 0);
  const pid_t pid = fork();
  CHECK(pid >= 0);
  if (pid == 0) answer(ends[1], work(number));
  close(ends[1]);
  return {number, pid, ends[0]};
}

// False: there is no more to come.
bool drain(const Worker& worker, std::string& text) {
  char chunk[65536];
  const auto n = read(worker.fd, chunk, sizeof chunk);
  if (n > 0) text.append(chunk, static_cast<std::size_t>(n));
  return n > 0 || (n < 0 && errno == EINTR);
}

std::optional<std::string> end_of(const Worker& worker) {
  close(worker.fd);
  int status = 0;
  while (waitpid(worker.pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
  if (WEXITSTATUS(status) != 0) return "status " + std::to_string(WEXITSTATUS(status));
  return std::nullopt;
}

}  // namespace

std::vector<Answer> each_in_a_process(std::size_t count, unsigned jobs,
                                      const std::function<std::string(std::size_t)>& work) {
  std::vector<Answer> answers(count);
  std::vector<Worker> workers;
  std::size_t next = 0;
  while (next < count || !workers.empty()) {
    while (next < count && workers.size() < jobs) workers.push_back(start(next++, work));
    std::vector<pollfd> fds;
    for (const auto& worker : workers) fds.push_back({worker.fd, POLLIN, 0});
    if (poll(fds.data(), fds.size(), -1) < 0) continue;
    for (std::size_t i = workers.size(); i-- > 0;) {
      auto& answer = answers[workers[i].number];
      if (fds[i].revents == 0 || drain(workers[i], answer.text)) continue;
      answer.died = end_of(workers[i]);
      workers.erase(workers.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  return answers;
}

}  // namespace sim
