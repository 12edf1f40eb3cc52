// Taking one lock, with everything that may come between: the queue, a time-out, a signal, an absent cluster.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "cli/lockctl/cluster.hpp"
#include "cli/lockctl/options.hpp"
#include "cli/lockctl/signals.hpp"

namespace lockctl {

struct Granted {
  lock::Token token;
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
// It would wait for what it runs under.
struct Deadlock {
  std::string why;
};
struct Interrupted {
  int signal;
};
using Acquired = std::variant<Granted, NotInTime, NotReached, OutcomeUnknown, Refused, Deadlock, Interrupted>;

// `detached`: for so long, and apart from the session. While it waits on a terminal, one line tells for what.
// A grant that came after a signal is given back first.
Acquired acquire_lock(Cluster& cluster, Signals& signals, const Global& global, const LockFlags& flags,
                      std::optional<lock::Millis> detached);

// Complains about what is no grant, and answers the exit code.
int exit_code_of(const Acquired& acquired, const Global& global, const LockFlags& flags, int not_reached_code,
                 int refused_code);

}  // namespace lockctl
