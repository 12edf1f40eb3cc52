// Other processes, by /proc: who descends from whom, and signals that never hit a recycled pid.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace cli {

// A pid means one process only together with when it started.
struct Process {
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t group = 0;
  pid_t session = 0;
  char state = '?';           // as in proc(5): Z is dead and waits to be reaped
  std::uint64_t started = 0;  // clock ticks after boot

  bool alive() const { return state != 'Z' && state != 'X'; }
  bool operator==(const Process&) const = default;
};

// One line of /proc/PID/stat. The second field may hold anything, also spaces and parentheses.
std::optional<Process> parse_stat(std::string_view line);
// Nothing: there is no such process.
std::optional<Process> find_process(pid_t pid);

// Every process below `root` that is alive, at one moment or another of the call. A process that forks while
// this runs may hide a child: repeat until nothing is left.
std::vector<Process> descendants_of(pid_t root);

enum class Signalled { yes, gone, not_permitted };
// Only the process that had this pid and start.
Signalled send_signal(const Process& process, int signal);

}  // namespace cli
