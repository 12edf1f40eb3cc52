#include "program.hpp"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

namespace kill_tree {
namespace {

int code_of(int status) {
  return WIFSIGNALED(status) ? 1'000 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Program::Program(const std::vector<std::string>& words, const Environment& environment,
                 const std::string& log) {
  std::vector<char*> arguments;
  for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ != 0) return;
  for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
  ::setpgid(0, 0);
  ::dup2(::open("/dev/null", O_RDONLY), 0);
  ::dup2(::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
  ::dup2(1, 2);
  ::close_range(3, ~0u, 0);
  ::execvp(arguments[0], arguments.data());
  ::_exit(99);
}

Program::~Program() {
  if (ended()) return;
  ::kill(pid_, SIGKILL);
  wait();
}

std::optional<int> Program::ended() {
  int status = 0;
  if (!code_ && ::waitpid(pid_, &status, WNOHANG) == pid_) code_ = code_of(status);
  return code_;
}

int Program::wait() {
  int status = 0;
  if (!code_ && ::waitpid(pid_, &status, 0) == pid_) code_ = code_of(status);
  return code_.value_or(-1);
}

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace kill_tree
