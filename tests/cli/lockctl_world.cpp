#include "lockctl_world.hpp"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "cli/common/process.hpp"

namespace world {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

struct Folder {
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "lockctl-test-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  std::string path;
};

// Ends the cluster, whatever the tests did to it.
struct Cluster {
  Cluster() {
    const auto up =
        Running({lockctl(), "-q", "dev", "up", "--servers", "3", "--dir", folder()}, {}, folder()).wait();
    EXPECT_EQ(up.code, 0) << up.err;
    endpoints = up.out.substr(0, up.out.find('\n'));
  }
  ~Cluster() { Running({lockctl(), "-q", "dev", "down", "--dir", folder()}, {}, folder()).wait(); }
  std::string endpoints;
};

[[noreturn]] void become(const std::vector<std::string>& command, const Environment& environment,
                         const std::string& file) {
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
  ::dup2(::open("/dev/null", O_RDONLY), 0);
  ::dup2(::open((file + ".out").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
  ::dup2(::open((file + ".err").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
  ::close_range(3, ~0u, 0);
  ::execvp(arguments[0], arguments.data());
  ::_exit(99);
}

int next_number() {
  static std::atomic<int> last = 0;
  return ++last;
}

}  // namespace

Running::Running(std::vector<std::string> command, const Environment& environment, const std::string& in)
    : file_(in + "/run" + std::to_string(next_number())) {
  pid_ = ::fork();
  if (pid_ == 0) {
    if (::chdir(in.c_str()) != 0) ::_exit(98);
    become(command, environment, file_);
  }
}

Running::~Running() {
  if (over_) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::string Running::out() const {
  return read_file(file_ + ".out");
}
std::string Running::err() const {
  return read_file(file_ + ".err");
}
void Running::signal(int number) const {
  ::kill(pid_, number);
}

Outcome Running::wait() {
  int status = 0;
  over_ = eventually([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; }, 60s);
  if (!over_) {
    ADD_FAILURE() << "still runs after a minute: " << out() << err();
    return {};
  }
  return {WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status), out(), err()};
}

std::string folder() {
  static const Folder once;
  return once.path;
}

std::string fresh_name() {
  return "test/" + std::to_string(next_number());
}

std::string lockctl() {
  return LOCKD_BINARY_DIR "/lockctl";
}

const std::string& endpoints() {
  folder();
  static const Cluster once;
  return once.endpoints;
}

std::vector<std::string> ctl_words(std::vector<std::string> words) {
  words.insert(words.begin(), {lockctl(), "--endpoints", endpoints()});
  return words;
}

Outcome ctl(std::vector<std::string> words, const Environment& environment) {
  return Running(ctl_words(std::move(words)), environment, folder()).wait();
}

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds at_most) {
  const auto end = std::chrono::steady_clock::now() + at_most;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

bool dead(pid_t pid) {
  const auto process = cli::find_process(pid);
  return !process || !process->alive();
}

pid_t pid_in(const std::string& path) {
  const auto text = read_file(path);
  return text.ends_with('\n') ? static_cast<pid_t>(std::atoi(text.c_str())) : 0;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> lines_of(const std::string& path) {
  std::istringstream text(read_file(path));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

}  // namespace world
