#include "cli/raftsim/real/process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <stdexcept>
#include <string_view>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace real {

namespace {

std::vector<std::string> variables(const std::map<std::string, std::string>& added) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!std::string_view(*entry).starts_with("LOCKD_")) all.emplace_back(*entry);
  }
  for (const auto& [name, value] : added) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (auto& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

// A group of its own: an interrupt from the terminal is for the run, which then ends its servers.
[[noreturn]] void become(char* const* words, char* const* environment, int out, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  ::setpgid(0, 0);
  ::signal(SIGINT, SIG_DFL);
  ::signal(SIGTERM, SIG_DFL);
  ::signal(SIGHUP, SIG_DFL);
  ::dup2(::open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  ::close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
  ::execve(words[0], words, environment);
  ::_exit(127);
}

std::string in_words(int status) {
  return WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                             : "exit status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

Process::Process(Poller& poller, const std::vector<std::string>& words,
                 const std::map<std::string, std::string>& environment, const std::string& log,
                 Handlers handlers)
    : poller_(poller), handlers_(std::move(handlers)) {
  auto command = words;
  auto settings = variables(environment);
  const auto arguments = pointers_to(command);
  const auto pairs = pointers_to(settings);
  int ends[2];
  log_ = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log_ < 0 || ::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error(log + ": can't be written");
  const pid_t self = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) become(arguments.data(), pairs.data(), ends[1], self);
  ::close(ends[1]);
  pipe_ = ends[0];
  ::fcntl(pipe_, F_SETFL, O_NONBLOCK);
  if (pid_ < 0) throw std::runtime_error("no process can be started");
  poller_.watch(pipe_, *this);
}

Process::~Process() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  poller_.forget(pipe_);
  ::close(pipe_);
  ::close(log_);
}

void Process::signal(int number) {
  if (pid_ > 0) ::kill(pid_, number);
}

void Process::readable() {
  std::array<char, 65'536> chunk;
  const auto got = ::read(pipe_, chunk.data(), chunk.size());
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return reap();
  said_.append(chunk.data(), static_cast<std::size_t>(got));
  std::size_t begin = 0;
  for (std::size_t end; (end = said_.find('\n', begin)) != std::string::npos; begin = end + 1) {
    const auto line = said_.substr(begin, end - begin);
    [[maybe_unused]] const auto written = ::write(log_, (line + "\n").data(), line.size() + 1);
    handlers_.line(line);
  }
  said_.erase(0, begin);
}

// It has closed its outputs: only its end does that.
void Process::reap() {
  poller_.forget(pipe_);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  const auto ended = handlers_.ended;
  ended(in_words(status));
}

}  // namespace real
