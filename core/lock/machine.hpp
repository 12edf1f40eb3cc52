// The replicated state machine: sessions, locks, status records. The same entries give the same state, replies and
// events on every replica; nothing that is not in the log changes it.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "core/lock/command.hpp"
#include "core/lock/event.hpp"
#include "core/lock/reply.hpp"

namespace lock {

// An answer for (session, sequence); for commands without a sequence `command` says which one of the entry it answers.
struct Answer {
  std::optional<std::size_t> command;  // position within the applied entry: the answer to that very command
  SessionId session;                   // otherwise: a late answer to an earlier request of this session
  Sequence sequence;
  Reply reply;
};

struct Applied {
  std::vector<Answer> answers;
  std::vector<Event> events;
};

class Machine {
 public:
  explicit Machine(Limits limits = {}) : limits_(limits) {}

  // Applies one log entry: first ends everything the stamp has passed, in the order (end, kind, id), then carries out
  // the commands in order. `stamp` is at least the last one.
  Applied apply(LogTime stamp, const std::vector<Command>& commands);

  // Reads never change anything. Ages and times left count from `now`, at least the last applied stamp; what has ended by
  // then but for want of an entry is shown as it stands in the log.
  NameView view(const std::string& name, LogTime now) const;
  Listing list(const std::string& prefix, const std::string& after, LogTime now) const;
  // Nothing: no such hold.
  std::optional<Millis> hold_left(const std::string& name, Token token, LogTime now) const;
  // Whether a WaitStatus on this name would be answered now.
  bool wait_is_over(const WaitStatus& wait) const;
  // The place in the queue of a waiting Acquire; nothing when it does not wait.
  std::optional<Queued> waiting(SessionId session, Sequence sequence, LogTime now) const;

  // When the earliest lease, hold or record ends.
  std::optional<LogTime> next_expiry() const;
  LogTime stamp() const { return stamp_; }

  // Over the whole state, the same on every replica after the same entries.
  std::uint64_t digest() const;
  // Holds of its own structure; throws base::CheckFailed.
  void check() const;

 private:
  Limits limits_;
  LogTime stamp_;
};

}  // namespace lock
