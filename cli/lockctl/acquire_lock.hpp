// Taking locks, one or several at once, with everything that may come of it.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/lockctl/cluster.hpp"
#include "cli/lockctl/options.hpp"
#include "cli/lockctl/signals.hpp"
#include "cli/lockctl/waiting.hpp"

namespace lockctl {

struct Granted {
  lock::Token token;
  std::optional<lock::LogTime> ends_by;  // the end of its maximum hold
  std::uint32_t entries = 1;             // above 1: the owner holds it already, by an outer lockctl
  lock::Sequence sequence = {};          // of the request: a Leave of it ends this one's part
};
struct NotInTime {
  std::string why;
};
struct NotReached {
  std::string why;
};
struct OutcomeUnknown {};
struct Refused {
  std::string why;
};
// Nobody renewed the session while it waited, such as while this process was stopped.
struct SessionLost {};
// It would wait for itself.
struct Deadlock {
  std::vector<std::string> lines;
};
struct Interrupted {
  int signal;
};
using Acquired =
    std::variant<Granted, NotInTime, NotReached, OutcomeUnknown, Refused, SessionLost, Deadlock, Interrupted>;

// `detached`: for so long, and apart from the session. A grant that came after a signal is given back first.
Acquired acquire_lock(Cluster& cluster, Signals& signals, const Global& global, const LockFlags& flags,
                      std::optional<lock::Millis> detached);

// Of what is no grant, for others that wait.
Acquired judge_waiting(const Waited& waited, Cluster& cluster, const Global& global, const LockFlags& flags,
                       bool leaves_something);

// Complains about what is no grant, and answers the exit code.
int exit_code_of(const Acquired& acquired, const Global& global, const LockFlags& flags, int not_reached_code,
                 int refused_code);

}  // namespace lockctl
