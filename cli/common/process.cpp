#include "cli/common/process.hpp"

#include <cerrno>
#include <charconv>
#include <dirent.h>
#include <fcntl.h>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <sys/syscall.h>
#include <unistd.h>

namespace cli {
namespace {

// Without streams: also called by processes that were forked and never exec.
std::string read_small_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  std::string text(4096, '\0');
  const auto n = ::read(fd, text.data(), text.size());
  ::close(fd);
  text.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
  return text;
}

template <class T>
bool parse_field(std::string_view fields, int wanted, T& value) {
  for (int i = 0; i < wanted; ++i) {
    const auto space = fields.find(' ');
    if (space == std::string_view::npos) return false;
    fields.remove_prefix(space + 1);
  }
  return std::from_chars(fields.data(), fields.data() + fields.size(), value).ec == std::errc();
}

std::vector<Process> all_processes() {
  std::vector<Process> all;
  const std::unique_ptr<DIR, int (*)(DIR*)> proc(::opendir("/proc"), &::closedir);
  if (!proc) return all;
  while (const dirent* entry = ::readdir(proc.get())) {
    const std::string_view name = entry->d_name;
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc() || end != name.data() + name.size()) continue;
    if (const auto process = find_process(pid)) all.push_back(*process);
  }
  return all;
}

}  // namespace

std::optional<Process> parse_stat(std::string_view line) {
  const auto open = line.find('(');
  const auto close = line.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close + 4 > line.size())
    return std::nullopt;
  Process process;
  if (!parse_field(line, 0, process.pid)) return std::nullopt;
  process.state = line[close + 2];
  const auto after_state = line.substr(close + 4);
  // proc(5): field 4 is the parent, 5 the group, 6 the session, 22 the start time; after_state begins with
  // field 4.
  const bool whole =
      parse_field(after_state, 0, process.parent) && parse_field(after_state, 1, process.group) &&
      parse_field(after_state, 2, process.session) && parse_field(after_state, 18, process.started);
  if (!whole) return std::nullopt;
  return process;
}

std::optional<Process> find_process(pid_t pid) {
  return parse_stat(read_small_file("/proc/" + std::to_string(pid) + "/stat"));
}

std::vector<Process> descendants_of(pid_t root) {
  std::multimap<pid_t, Process> by_parent;
  for (const auto& process : all_processes()) by_parent.emplace(process.parent, process);
  std::vector<Process> found;
  std::set<pid_t> seen{root};
  std::vector<pid_t> open{root};
  while (!open.empty()) {
    const pid_t parent = open.back();
    open.pop_back();
    const auto [first, last] = by_parent.equal_range(parent);
    for (auto child = first; child != last; ++child) {
      if (!seen.insert(child->second.pid).second) continue;
      open.push_back(child->second.pid);
      if (child->second.alive()) found.push_back(child->second);
    }
  }
  return found;
}

Signalled send_signal(const Process& process, int signal) {
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, process.pid, 0));
  if (fd < 0) return Signalled::gone;
  // The descriptor pins whoever has the pid now: that it is still the same process is checked after.
  const auto now = find_process(process.pid);
  auto result = Signalled::gone;
  if (now && now->started == process.started && now->alive()) {
    if (::syscall(SYS_pidfd_send_signal, fd, signal, nullptr, 0) == 0) {
      result = Signalled::yes;
    } else if (errno == EPERM) {
      result = Signalled::not_permitted;
    }
  }
  ::close(fd);
  return result;
}

}  // namespace cli
