#include "sim/children.hpp"

#include <cerrno>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/check.hpp"

namespace sim {

namespace {

// What it throws must not go on in its parent's code.
[[noreturn]] void run(const std::function<void(int out)>& work, int out) noexcept {
  work(out);
  _exit(0);
}

}  // namespace

Child start_child(const std::function<void(int out)>& work, const std::vector<int>& others) {
  int ends[2];
  CHECK(pipe(ends) == 0);
  const pid_t pid = fork();
  CHECK(pid >= 0);
  if (pid == 0) {
    for (const auto fd : others) close(fd);
    close(ends[0]);
    run(work, ends[1]);
  }
  close(ends[1]);
  return {pid, ends[0]};
}

void say(int out, std::string_view text) {
  while (!text.empty()) {
    const auto n = write(out, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) _exit(70);
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

bool hear(const Child& child, std::string& text) {
  char chunk[65536];
  const auto n = read(child.fd, chunk, sizeof chunk);
  if (n > 0) text.append(chunk, static_cast<std::size_t>(n));
  return n > 0 || (n < 0 && errno == EINTR);
}

std::optional<std::string> end_of(const Child& child) {
  close(child.fd);
  int status = 0;
  while (waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
  if (WEXITSTATUS(status) != 0) return "status " + std::to_string(WEXITSTATUS(status));
  return std::nullopt;
}

std::vector<Answer> each_in_a_process(std::size_t count, unsigned jobs,
                                      const std::function<std::string(std::size_t)>& work) {
  std::vector<Answer> answers(count);
  std::vector<std::pair<std::size_t, Child>> children;  // by number
  std::size_t next = 0;
  while (next < count || !children.empty()) {
    std::vector<int> others;
    for (const auto& [number, child] : children) others.push_back(child.fd);
    for (; next < count && children.size() < jobs; ++next) {
      const auto child = start_child([&](int out) { say(out, work(next)); }, others);
      children.emplace_back(next, child);
      others.push_back(child.fd);
    }
    std::vector<pollfd> fds;
    for (const auto fd : others) fds.push_back({fd, POLLIN, 0});
    if (poll(fds.data(), fds.size(), -1) < 0) continue;
    for (std::size_t i = children.size(); i-- > 0;) {
      const auto& [number, child] = children[i];
      auto& answer = answers[number];
      if (fds[i].revents == 0 || hear(child, answer.text)) continue;
      answer.died = end_of(child);
      children.erase(children.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  return answers;
}

}  // namespace sim
