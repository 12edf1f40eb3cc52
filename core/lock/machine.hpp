// The replicated state machine: sessions, locks, status records. The same entries give the same state,
// replies and events on every replica; nothing that is not in the log changes it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/cow_map.hpp"
#include "core/lock/command.hpp"
#include "core/lock/event.hpp"
#include "core/lock/expiry.hpp"
#include "core/lock/lock_state.hpp"
#include "core/lock/reply.hpp"
#include "core/lock/session.hpp"

namespace lock {

// Every command of an entry gets one answer with its place. Besides, an Acquire that leaves the queue without
// a command of its own gets a late one: Granted, Cancelled, or SessionExpired where its session ended.
struct Answer {
  std::optional<std::size_t> command;  // position within the applied entry: the answer to that very command
  SessionId session;                   // otherwise: a late answer to an earlier request of this session
  Sequence sequence;
  Reply reply;
  bool operator==(const Answer&) const = default;
};

struct Applied {
  std::vector<Answer> answers;
  std::vector<Event> events;
  bool operator==(const Applied&) const = default;
};

// Copied in microseconds, whatever its size: a copy shares what neither of the two has changed
// (base/cow_map.hpp).
class Machine {
 public:
  using Sessions = base::CowMap<SessionId, Session, 8>;  // a session's answers are cloned with it
  using Locks = base::CowMap<std::string, LockState>;
  using Records = base::CowMap<std::string, RecordState>;
  // What was given out last, of each.
  struct Counters {
    SessionId session;
    Token token;
    Revision revision;
    std::uint64_t arrival = 0;
  };

  explicit Machine(Limits limits = {}) : limits_(limits) {}

  // Applies one log entry: first ends everything the stamp has passed, in the order (end, kind, id), then
  // carries out the commands in order. `stamp` is at least the last one.
  Applied apply(LogTime stamp, const std::vector<Command>& commands);

  // Reads never change anything. Ages and times left count from `now`, at least the last applied stamp; what
  // has ended by then but for want of an entry is shown as it stands in the log.
  NameView view(const std::string& name, LogTime now) const;
  Listing list(const std::string& prefix, const std::string& after, LogTime now) const;
  // Nothing: no such hold.
  std::optional<Millis> hold_left(const std::string& name, Token token, LogTime now) const;
  // Whether a WaitStatus on this name would be answered now.
  bool wait_is_over(const WaitStatus& wait) const;
  // The place in the queue of a waiting Acquire; nothing when it does not wait.
  std::optional<Queued> waiting(SessionId session, Sequence sequence, LogTime now) const;

  // When the earliest lease, hold, record or rest ends.
  std::optional<LogTime> next_expiry() const;
  LogTime stamp() const { return stamp_; }

  // For whoever writes it down; Rebuild (rebuild.hpp) makes a machine of them again.
  const Sessions& sessions() const { return sessions_; }
  const Locks& locks() const { return locks_; }
  const Records& records() const { return records_; }
  const Counters& counters() const { return last_; }
  const std::optional<Rest>& rest() const { return rest_; }

  // Over the whole state, the same on every replica after the same entries.
  std::uint64_t digest() const;
  // Holds of its own structure; throws base::CheckFailed.
  void check() const;
  // Takes itself apart, about that many elements at a time: destroying a million at once would stop an event
  // loop for long. Whether nothing is left. Of no other use afterwards.
  bool shed(std::size_t elements);

 private:
  friend class Rebuild;
  // Names whose hold has ended and whose next waiter is to be found.
  using Freed = std::vector<std::string>;
  // Whose request is carried out, and under which number. The session may be written as long as no session
  // comes or goes.
  struct Caller {
    SessionId id;
    Session& session;
    Sequence sequence;
  };

  // sessions.cpp
  Reply open(const OpenSession& request);
  Reply keep_alive(const KeepAlive& request);
  Reply close(const CloseSession& request, Applied& out);
  void end_session(Sessions::const_iterator at, EndReason reason, Freed& freed, Applied& out);
  void expire(Applied& out);
  void expire(const Expiry& due, const std::string& name, Freed& freed, Applied& out);

  // rest.cpp
  Reply recover(const Recover& request, Applied& out);
  std::optional<Refused> refuse_recovery(const Recover& request) const;
  // Nothing may be granted before `end`.
  void rest_until(LogTime end);
  Refused resting() const;
  // The names that nobody holds; those wait for it.
  Freed without_hold() const;

  // requests.cpp
  Reply sequenced(const Sequenced& request, Applied& out);
  void acknowledge(SessionId id, Session& session, Sequence mark, Applied& out);
  // Nothing: it waits.
  std::optional<Outcome> execute(const Caller& caller, const Operation& operation, Applied& out);
  Outcome cancel(const Caller& caller, const Cancel& request, Applied& out);

  // locks.cpp
  std::optional<Outcome> acquire(const Caller& caller, const Acquire& request, Applied& out);
  std::optional<Refused> refuse_acquire(const Session& session, const Acquire& request) const;
  std::optional<Outcome> stand_in_line(const Caller& caller, const Acquire& request);
  void leave_line(const Waiting& waiting);
  Outcome release(const Release& request, Applied& out);
  Outcome renew(const Renew& request);
  Granted grant(Locks::const_iterator& at, const Caller& caller, std::optional<Millis> detached,
                std::string note, bool waited, Applied& out);
  // The hold's place in its session or in the expiries is the caller's to clear.
  void end_hold(Locks::const_iterator& at, EndReason reason, Applied& out);
  void forget_hold(const std::string& name, const Hold& hold);
  // The name has no hold: grants to the first in line, or forgets the name.
  void settle(Locks::const_iterator at, Applied& out);
  void settle(const Freed& freed, Applied& out);
  bool is_held_with(Locks::const_iterator at, Token token) const;
  const Hold* find_hold(const std::string& name, Token token) const;

  // records.cpp
  Outcome set_status(const Caller& caller, const SetStatus& request, Applied& out);
  // The record as written by `request`, whose bounds have been looked at.
  Revision write_record(const SetStatus& request, const base::Bytes& writer, SessionId session, Applied& out);
  Outcome clear_status(const Caller& caller, const ClearStatus& request, Applied& out);
  std::optional<Refused> refuse_status(const SetStatus& request) const;

  // views.cpp
  Queued queued(const Waiting& waiting, LogTime now) const;
  NameView view(const std::string& name, const LockState* lock, const RecordState* record, LogTime now) const;
  Holder view_of(const Hold& hold, LogTime now) const;
  LogTime end_of(const Hold& hold) const;

  // check.cpp
  void check_session(SessionId id, const Session& session) const;
  void check_hold(const std::string& name, const Hold& hold) const;
  void check_lock(const std::string& name, const LockState& lock) const;

  Limits limits_;
  LogTime stamp_;
  Counters last_;
  std::optional<Rest> rest_;

  Sessions sessions_;
  Locks locks_;
  Records records_;
  ExpiryQueue expiries_;
};

}  // namespace lock
