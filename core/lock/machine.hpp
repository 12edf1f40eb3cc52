// The replicated state machine: sessions, locks, status records. The same entries give the same state,
// replies and events on every replica; nothing that is not in the log changes it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/cow_map.hpp"
#include "core/lock/audit.hpp"
#include "core/lock/command.hpp"
#include "core/lock/event.hpp"
#include "core/lock/expiry.hpp"
#include "core/lock/lock_state.hpp"
#include "core/lock/reply.hpp"
#include "core/lock/session.hpp"

namespace lock {

// Every command of an entry gets one answer with its place. Besides, a request that leaves the queue without
// a command of its own gets a late one: Granted, Cancelled, Superseded, OnceEnded, or SessionExpired where
// its session ended.
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
  using Holds = base::CowMap<Token, Hold, 8>;
  using Locks = base::CowMap<std::string, LockState>;
  using Blocks = base::CowMap<Token, Block, 8>;
  using Records = base::CowMap<std::string, RecordState, 16>;
  using Families = base::CowMap<SessionId, Family>;
  // What was given out last, of each.
  struct Counters {
    SessionId session;
    Token token;
    Revision revision;
    std::uint64_t arrival = 0;
    std::uint64_t touch = 0;
    std::uint64_t audit = 0;
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
  // The place in the queue of a waiting Acquire or Once; nothing when it does not wait.
  std::optional<Queued> waiting(SessionId session, Sequence sequence, LogTime now) const;
  AuditTrail audit(const std::string& name, std::uint64_t before, LogTime now) const;
  Settings settings() const { return Settings{settings_of(limits_)}; }

  // When the earliest lease, hold, block, record or rest ends.
  std::optional<LogTime> next_expiry() const;
  LogTime stamp() const { return stamp_; }

  // For whoever writes it down; Rebuild (rebuild.hpp) makes a machine of them again.
  const Sessions& sessions() const { return sessions_; }
  const Holds& holds() const { return holds_; }
  const Locks& locks() const { return locks_; }
  const Blocks& blocks() const { return blocks_; }
  const Records& records() const { return records_; }
  const Audit& audit() const { return audit_; }
  const Counters& counters() const { return last_; }
  const Limits& limits() const { return limits_; }
  const std::optional<Rest>& rest() const { return rest_; }
  std::uint64_t waiters() const { return waiters_; }

  // Over the whole state, the same on every replica after the same entries; but of the audit trail only the
  // newest eight: what one entry adds beyond that is never compared.
  std::uint64_t digest() const;
  // Holds of its own structure; throws base::CheckFailed.
  void check() const;
  // Takes itself apart, about that many elements at a time: destroying a million at once would stop an event
  // loop for long. Whether nothing is left. Of no other use afterwards.
  bool shed(std::size_t elements);

 private:
  friend class Rebuild;
  // Names where somebody may be granted now who could not be before.
  using Freed = std::vector<std::string>;
  // Whose request is carried out, and under which number. The session may be written as long as no session
  // comes or goes.
  struct Caller {
    SessionId id;
    Session& session;
    Sequence sequence;
  };
  // How an Acquire or a Once wants to be treated beside what is remembered of it while it waits.
  struct Manner {
    bool wait = true;
    bool barge = false;
    const Once* once = nullptr;
  };
  // A waiting request taken out of line, perhaps for a moment only.
  struct Aside {
    WaitQueue::Waiter waiter;
    std::map<Sequence, Waiting>::node_type waiting;
  };
  // Why a hold ends.
  struct Ending {
    EndReason reason;
    SessionId session;      // of the entry that went last
    std::string why;        // for the audit trail
    std::string taken;      // for the sessions of its entries; empty: they know
    bool finished = false;  // by a FinishOnce, which sees to the record
  };

  // sessions.cpp
  Reply open(const OpenSession& request);
  SessionId owner_for(SessionId id, SessionId parent);
  Reply keep_alive(const KeepAlive& request);
  Reply close(const CloseSession& request, Applied& out);
  void end_session(Sessions::const_iterator at, EndReason reason, Freed& freed, Applied& out);
  void leave_family(SessionId id, SessionId owner);
  void count_in_family(const Hold& hold, bool comes);
  // Every live session that acts for the owner, until one says stop (true).
  template <class See>
  bool any_session_of(SessionId owner, See see) const;

  // due.cpp
  void expire(Applied& out);
  void expire(const Expiry& due, const std::string& name, Freed& freed, Applied& out);
  void expire_detached(Token token, Freed& freed, Applied& out);

  // rest.cpp
  Reply recover(const Recover& request, Applied& out);
  std::optional<Refused> refuse_recovery(const Recover& request) const;
  // Nothing may be granted before `end`.
  void rest_until(LogTime end);
  Refused resting() const;
  Freed waited_for() const;

  // limits.cpp
  Reply configure(const Configure& request);

  // requests.cpp
  Reply sequenced(const Sequenced& request, Applied& out);
  void acknowledge(SessionId id, Session& session, Sequence mark, Applied& out);
  // Nothing: it waits.
  std::optional<Outcome> execute(const Caller& caller, const Operation& operation, Applied& out);
  Outcome cancel(const Caller& caller, const Cancel& request, Applied& out);
  // A stored answer as it is told: with the output of a Once where that is still there.
  Reply retold(const Outcome& outcome) const;
  // An answer to a request that waited.
  void answer_late(SessionId id, Sequence sequence, Outcome outcome, Applied& out);

  // acquire.cpp
  std::optional<Outcome> acquire(const Caller& caller, const Acquire& request, Applied& out);
  bool are_unknown(const Waiting& wish) const;
  std::optional<Refused> refuse_acquire(const Acquire& request) const;
  std::optional<Outcome> reenter(const Caller& caller, const Waiting& wish);
  Granted reentered(const Caller& caller, const Waiting& wish, Token token);
  std::optional<Refused> refuse_wish(const Caller& caller, const Waiting& wish) const;
  std::optional<Refused> refuse_second_wait(SessionId owner, const Waiting& wish) const;
  std::optional<Refused> refuse_line(const Waiting& wish) const;
  // Grants it, lets it wait (nothing), or says why not.
  std::optional<Outcome> pursue(const Caller& caller, Waiting wish, const Manner& manner, Applied& out);
  std::optional<Outcome> stand_in_line(const Caller& caller, Waiting wish, const Manner& manner, bool is_free,
                                       Applied& out);
  std::optional<Outcome> refuse_to_wait(const Caller& caller, const Waiting& wish, bool is_free);
  std::vector<Aside> set_aside(const Waiting& wish);
  void put_back(Aside aside);
  void supersede(const std::vector<Aside>& superseded, const Caller& by, Applied& out);

  // line.cpp
  void join_line(SessionId id, Sequence sequence, SessionId owner, const Waiting& waiting);
  void leave_line(const Waiting& waiting);
  // As leave_line, of a request that is given up: others may come to their turn.
  void give_up(const Waiting& waiting, Freed& freed);
  bool is_grantable(const Waiting& wish) const;
  bool is_free_of_holders(const Waiting& wish) const;
  bool somebody_stands_behind(const Waiting& wish) const;
  // Grants to whoever has come to his turn, and forgets names that nobody has to do with.
  void settle(Freed& freed, Applied& out);
  void forget_idle(const Waiting& wish);
  void scan(Locks::const_iterator at, Applied& out);
  void grant_waiter(const WaitQueue::Waiter& waiter, Applied& out);
  Granted grant(const Caller& caller, Waiting wish, bool waited, Applied& out);

  // holds.cpp
  Outcome release(const Caller& caller, const Release& request, Applied& out);
  Outcome leave(const Caller& caller, const Leave& request, Applied& out);
  Outcome downgrade(const Downgrade& request, Applied& out);
  Outcome break_hold(const Caller& caller, const Break& request, Applied& out);
  Outcome renew(const Renew& request);
  // Without the last detached entry there is no lease.
  void drop_lease(Token token, Hold& hold);

  // ends.cpp
  // The token is that of a hold. Its names are put to `freed`.
  void end_hold(Token token, const Ending& ending, Freed& freed, Applied& out, SessionId knows = {});
  void block(Token token, const Hold& hold, LogTime until, bool confirmable);
  void unblock(Token token, Freed& freed);
  const Hold* find_hold(const std::string& name, Token token) const;
  LogTime end_of(const Hold& hold) const;
  Lease lease_of(const Hold& hold, const Session& session, bool detached) const;
  void note_down(const std::string& name, AuditWhat what, Token token, const base::Bytes& who,
                 std::string why);

  // deadlock.cpp
  class WaitsFor;
  std::optional<Deadlock> find_deadlock(SessionId owner) const;
  bool owner_waits(const Caller& caller) const;
  bool may_close_a_cycle(const Caller& caller, const Waiting& wish) const;

  // once.cpp
  std::optional<Outcome> once(const Caller& caller, const Once& request, Applied& out);
  std::optional<Refused> refuse_once(const Once& request) const;
  std::optional<Outcome> outcome_of(const Once& request);
  OnceOutcome ended_as(const std::string& name, const RecordState& record) const;
  Outcome finish_once(const Caller& caller, const FinishOnce& request, Applied& out);
  void keep_late(const Caller& caller, const FinishOnce& request);
  void begin_record(const Caller& caller, const Once& request, Applied& out);
  // Answers how often it has been run.
  std::uint32_t begin_run(const Caller& caller, const std::string& name, Token token, Applied& out);
  void run_ended(const Hold& hold, SessionId session, Freed& freed, Applied& out);
  // The record is finished: whoever waits for the outcome has it.
  void conclude(const std::string& name, Freed& freed, Applied& out);
  // A record that is pending lives for ever while somebody waits to run.
  void see_to_pending(const std::string& name);

  // records.cpp
  Outcome set_status(const Caller& caller, const SetStatus& request, Applied& out);
  Outcome clear_status(const Caller& caller, const ClearStatus& request, Applied& out);
  std::optional<Refused> refuse_status(const SetStatus& request) const;
  std::optional<Refused> refuse_over_once(const std::string& name, bool clears) const;
  // Whose bounds have been looked at.
  Revision put_status(const SetStatus& request, const base::Bytes& writer, SessionId session, Applied& out);
  // As a new revision, in the place of what is there.
  Revision put_record(const std::string& name, RecordState record, SessionId session, Applied& out);
  void drop_record(Records::const_iterator at, SessionId session, const base::Bytes& who, Applied& out);
  void touch(const std::string& name);
  void index_record(const std::string& name, const RecordState& record, bool comes);
  // The finished records that must go so that there is room for a value of that length; nothing: there is
  // none to be had.
  std::optional<std::vector<std::string>> room_for(const std::string& name, std::size_t value_bytes) const;
  bool make_room(const std::string& name, std::size_t value_bytes, Applied& out);
  Refused no_room_for_records() const;
  const RecordState* find_record(const std::string& name) const;

  // views.cpp
  struct Obstacle {
    std::string holder;
    Millis held_for{0};
    std::uint64_t ahead = 0;
  };
  Obstacle obstacle_of(const Waiting& waiting, LogTime now) const;
  Queued queued(const Waiting& waiting, LogTime now) const;
  NameView view(const std::string& name, const LockState* lock, const RecordState* record, LogTime now) const;
  Holder view_of(const Holding& holding, const std::string& name, LogTime now) const;
  LogTime blocked_until(const LockState& lock) const;
  const LockState* find_lock(const std::string& name) const;

  // check.cpp
  void check_session(SessionId id, const Session& session) const;
  void check_hold(Token token, const Hold& hold) const;
  void check_lock(const std::string& name, const LockState& lock) const;
  void check_record(const std::string& name, const RecordState& record) const;
  void check_expiries() const;

  Limits limits_;
  LogTime stamp_;
  Counters last_;
  std::optional<Rest> rest_;

  Sessions sessions_;
  Holds holds_;
  Blocks blocks_;
  Records records_;
  Audit audit_;
  // What follows from these.
  Locks locks_;
  Families families_;
  ExpiryQueue expiries_;
  base::CowMap<std::uint64_t, std::string> finished_;  // records by touch
  std::uint64_t waiters_ = 0;
  std::uint64_t record_bytes_ = 0;
};

template <class See>
bool Machine::any_session_of(SessionId owner, See see) const {
  if (const auto at = sessions_.find(owner); at != sessions_.end() && see(at->first, at->second)) return true;
  const auto family = families_.find(owner);
  if (family == families_.end()) return false;
  for (const SessionId id : family->second.sessions) {
    if (see(id, sessions_.at(id))) return true;
  }
  return false;
}

}  // namespace lock
