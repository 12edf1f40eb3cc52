// What lockctl and its guard say to each other, over a SOCK_SEQPACKET pair: one message a packet.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>
#include <variant>
#include <vector>

#include "cli/common/kill_plan.hpp"
#include "core/base/result.hpp"

namespace lockctl::guard {

// From lockctl. Run the command, with these added to its environment (`NAME=value`).
struct Start {
  std::vector<std::string> environment;
  bool operator==(const Start&) const = default;
};
// The lease was extended. Before the first one nothing is killed by time.
struct Deadline {
  cli::KillTimes times;
  bool operator==(const Deadline&) const = default;
};
struct Forward {
  int signal = 0;
  bool operator==(const Forward&) const = default;
};
// The lock is lost: no grace.
struct KillNow {
  bool operator==(const KillNow&) const = default;
};
// After Stopped: the job runs again.
struct Resume {
  bool operator==(const Resume&) const = default;
};
using ToGuard = std::variant<Start, Deadline, Forward, KillNow, Resume>;

// From the guard.
struct Started {
  pid_t pid = 0;
  bool operator==(const Started&) const = default;
};
struct NotStarted {
  int error = 0;  // an errno
  bool operator==(const NotStarted&) const = default;
};
// By a signal of job control.
struct Stopped {
  bool operator==(const Stopped&) const = default;
};
enum class Killing : std::uint8_t { term, kill };
// The deadline has come.
struct OutOfTime {
  Killing how = Killing::term;
  bool operator==(const OutOfTime&) const = default;
};
// The command has ended, and with it everything that it had started.
struct Ended {
  int status = 0;                   // as wait(2) gives it
  std::uint64_t left_behind = 0;    // processes of the tree that outlived the command and were ended
  std::uint64_t not_permitted = 0;  // processes that lockctl may not signal, and that may still run
  bool operator==(const Ended&) const = default;
};
using FromGuard = std::variant<Started, NotStarted, Stopped, OutOfTime, Ended>;

std::string encode(const ToGuard& message);
std::string encode(const FromGuard& message);
base::Result<ToGuard> decode_to_guard(std::string_view packet);
base::Result<FromGuard> decode_from_guard(std::string_view packet);

// Never waits: a stopped guard must not stop the renewals.
enum class Sent { yes, full, gone };
Sent send_packet(int fd, const std::string& packet);
// An empty packet: the other side is gone. Nothing: none is there yet.
std::optional<std::string> receive_packet(int fd);

}  // namespace lockctl::guard
