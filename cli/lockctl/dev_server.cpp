#include "cli/lockctl/dev_server.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <random>
#include <string_view>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/common/process.hpp"
#include "cli/lockctl/endpoints.hpp"

namespace lockctl {
namespace {

namespace fs = std::filesystem;

int listen_on(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd >= 0 && ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return fd;
  if (fd >= 0) ::close(fd);
  return -1;
}

// Its settings come by flags alone.
std::vector<std::string> environment_without_lockd() {
  std::vector<std::string> kept;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!std::string_view(*entry).starts_with("LOCKD_")) kept.emplace_back(*entry);
  }
  return kept;
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (auto& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

[[noreturn]] void become_server(char* const* arguments, char* const* environment, const std::string& log) {
  ::setsid();
  ::signal(SIGINT, SIG_DFL);
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::dup2(null, 0);
  ::dup2(out, 1);
  ::dup2(out, 2);
  ::close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
  ::execve(arguments[0], arguments, environment);
  ::_exit(127);
}

// A server that has lost its folder is told of no cluster: it must not begin anew under its old number.
std::vector<std::string> command_line(const std::string& lockd, const DevCluster& cluster,
                                      const DevServer& server) {
  std::vector<std::string> words{lockd, "--data", cluster.data_of(server), "--listen", server.endpoint};
  if (server.joined) {
    auto others = cluster.endpoints();
    std::erase(others, server.endpoint);
    words.insert(words.end(), {"--join", join(others, ",")});
  } else if (!cluster.begun) {
    words.insert(words.end(), {"--bootstrap", join(cluster.endpoints(), ","), "--cluster", cluster.name});
  }
  return words;
}

void await_end(const DevServer& server, int timeout_ms) {
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, server.pid, 0));
  if (fd < 0) return;
  pollfd gone{fd, POLLIN, 0};
  if (server.running()) ::poll(&gone, 1, timeout_ms);
  ::close(fd);
}

void signal_server(const DevServer& server, int signal) {
  if (const auto process = cli::find_process(server.pid); process && process->started == server.started) {
    cli::send_signal(*process, signal);
  }
}

}  // namespace

base::Result<std::string> find_lockd() {
  std::error_code error;
  const auto self = fs::read_symlink("/proc/self/exe", error);
  if (!error && ::access((self.parent_path() / "lockd").c_str(), X_OK) == 0)
    return (self.parent_path() / "lockd").string();
  const char* path = std::getenv("PATH");
  std::string_view rest = path ? path : "";
  while (!rest.empty()) {
    const auto colon = rest.find(':');
    const auto candidate = fs::path(rest.substr(0, colon)) / "lockd";
    if (::access(candidate.c_str(), X_OK) == 0) return candidate.string();
    rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
  }
  return base::Error{"lockd is neither beside lockctl nor on PATH: put it there"};
}

base::Result<std::vector<std::uint16_t>> free_ports(std::size_t count) {
  std::random_device random;
  std::uniform_int_distribution<int> any(20'000, 31'999);
  std::vector<std::uint16_t> ports;
  std::vector<int> taken;
  for (int tries = 0; tries < 1000 && ports.size() < count; ++tries) {
    const auto port = static_cast<std::uint16_t>(any(random));
    const int fd = listen_on(port);
    if (fd < 0) continue;
    ports.push_back(port);
    taken.push_back(fd);
  }
  for (const int fd : taken) ::close(fd);
  if (ports.size() < count) return base::Error{"found no free ports on 127.0.0.1 between 20000 and 31999"};
  return ports;
}

base::Status start_server(const std::string& lockd, const DevCluster& cluster, DevServer& server) {
  auto words = command_line(lockd, cluster, server);
  auto environment = environment_without_lockd();
  const auto arguments = pointers_to(words);
  const auto variables = pointers_to(environment);
  const pid_t pid = ::fork();
  if (pid == 0) become_server(arguments.data(), variables.data(), cluster.log_of(server));
  if (pid < 0) return base::Error{std::string("cannot start a process: ") + std::strerror(errno)};
  const auto process = cli::find_process(pid);
  server.pid = pid;
  server.started = process ? process->started : 0;
  return base::Done{};
}

bool await_end_of(const DevServer& server, base::Duration within) {
  await_end(server, static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(within).count()));
  return !server.running();
}

void stop_servers(const std::vector<DevServer>& servers) {
  for (const int signal : {SIGTERM, SIGKILL}) {
    for (const auto& server : servers) {
      if (!server.running()) continue;
      signal_server(server, signal);
      signal_server(server, SIGCONT);
    }
    for (const auto& server : servers) await_end(server, 5000);
  }
}

std::string last_words(const DevCluster& cluster, const DevServer& server) {
  std::ifstream log(cluster.log_of(server));
  std::string line, last = "it said nothing";
  while (std::getline(log, line)) {
    if (!line.empty()) last = line;
  }
  return last;
}

std::optional<int> parse_signal(const std::string& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) {
    return number >= 1 && number < NSIG ? std::optional(number) : std::nullopt;
  }
  const auto name = text.starts_with("SIG") ? text.substr(3) : text;
  for (int signal = 1; signal < NSIG; ++signal) {
    const char* known = ::sigabbrev_np(signal);
    if (known && name == known) return signal;
  }
  return std::nullopt;
}

}  // namespace lockctl
