// What clients ask. A Command goes through the log; a Query is answered by a leader from its applied state.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/lock/admin.hpp"
#include "core/lock/limits.hpp"
#include "core/lock/types.hpp"

namespace lock {

struct OpenSession {
  Millis ttl;
  std::string who;  // shown to people: host, process, command
  // The session of the process that this one runs under; 0: none. Both then act for one owner, who re-enters
  // what he holds and never waits for himself. Where that session is over, this one is its own owner.
  SessionId parent = {};
  bool operator==(const OpenSession&) const = default;
};
// Extends the session, and with it every hold bound to it, to the entry's stamp plus its ttl.
struct KeepAlive {
  SessionId session;
  bool operator==(const KeepAlive&) const = default;
};
// A clean end: its holds are released, its waiters leave.
struct CloseSession {
  SessionId session;
  bool operator==(const CloseSession&) const = default;
};

// Where a request stands among those that wait for the same name.
struct Fifo {
  bool operator==(const Fifo&) const = default;
};
// Granted at once where no holder is in the way, whoever waits already; else as Fifo.
struct Barge {
  bool operator==(const Barge&) const = default;
};
// Takes the place of every earlier Newest request for the same names: those are answered Superseded.
struct Newest {
  bool operator==(const Newest&) const = default;
};
// Before every request of a lower level, behind its equals. Fifo, Barge and Newest wait at level 0.
struct Priority {
  std::int32_t level = 0;
  bool operator==(const Priority&) const = default;
};
using Queueing = std::variant<Fifo, Barge, Newest, Priority>;

struct Wanted {
  std::string name;
  Mode mode = Exclusive{};
  bool operator==(const Wanted&) const = default;
};
// All names or none, in one grant with one token. A request waits for every incompatible holder and every
// incompatible earlier waiter of each of its names, so that nobody starves.
//
// Where its owner holds all the names by one grant already, in modes at least as strong, it re-enters:
// Granted with the same token and one more entry. Where he holds some of them, or all by several grants:
// Refused. Shared held, exclusive wanted: Deadlock. A request whose waiting would close a cycle of owners who
// wait for one another: Deadlock. Another limit for a counted name in use: Refused.
struct Acquire {
  std::vector<Wanted> locks;       // at least one, each name once
  bool wait = true;                // false: granted at once or answered Held
  std::optional<Millis> detached;  // the entry gets a lease of its own and outlives the session
  std::string note;
  std::optional<Millis> max_hold = {};  // the hold ends so long after its grant, whatever is renewed
  Millis lock_delay{0};                 // after an end that was not clean nobody gets the names for so long
  Queueing queueing = Fifo{};
  bool operator==(const Acquire&) const = default;
};
// Ends the hold with this token, whoever asks; another hold of the name is never touched.
struct Release {
  std::string name;
  Token token;
  bool operator==(const Release&) const = default;
};
// Gives back the one entry that this Acquire of the same session was granted; the hold ends with its last
// entry. Answered Released or NotHeld.
struct Leave {
  Sequence acquire;
  bool operator==(const Leave&) const = default;
};
// From exclusive to shared, for good. Answered Downgraded, also where it is shared already; NotHeld.
struct Downgrade {
  std::string name;
  Token token;
  bool operator==(const Downgrade&) const = default;
};
// Ends somebody's hold, on the record. Nobody gets its names before its lease would have ended or its holder
// has confirmed the end by a Release of the token; `now`: at once, while the holder may still act. Answered
// Broken or NotHeld.
struct Break {
  std::string name;
  Token token;
  std::string reason;  // not empty
  bool now = false;
  bool operator==(const Break&) const = default;
};
// Extends a detached hold to the entry's stamp plus ttl; never shortens it.
struct Renew {
  std::string name;
  Token token;
  Millis ttl;
  bool operator==(const Renew&) const = default;
};
// Gives up an Acquire or a Once of the same session that may still wait: answered Cancelled, or what it was
// answered where it was too late.
struct Cancel {
  Sequence acquire;
  bool operator==(const Cancel&) const = default;
};
struct SetStatus {
  std::string name;
  std::string state;  // pending running done failed lost, or the user's own word
  std::optional<std::int64_t> code;
  std::string value;
  std::optional<Token> token;           // refused unless this hold of the same name is live
  std::optional<Revision> if_revision;  // refused unless the record has it; 0: unless there is no record
  Millis ttl{24 * 3600 * 1000};
  bool operator==(const SetStatus&) const = default;
};
struct ClearStatus {
  std::string name;
  std::optional<Revision> if_revision;
  bool operator==(const ClearStatus&) const = default;
};
// What becomes of a job whose command failed: the next caller runs it again, as long as attempts are left, or
// its failure is the outcome.
enum class OnFail : std::uint8_t { next = 1, replay = 2 };
// A lock and its record in one: the first caller gets Granted (attempt 1) and runs; the others are Queued
// until the outcome is there, then told OnceEnded. Where a runner's hold ends without a FinishOnce, the next
// in line is Granted with attempt + 1; once all attempts are used up the outcome is `lost`. With nobody in
// line the record stays pending and the next caller runs. keep, attempts, on_fail and input of the first
// caller bind the record: who differs is Refused, as is who finds a record there that no Once made.
struct Once {
  std::string name;
  Millis keep{24 * 3600 * 1000};  // how long the outcome is kept
  std::uint32_t attempts = 4;     // runs at most, the first included
  OnFail on_fail = OnFail::replay;
  std::string input;  // a hash of what the job works on; empty: not looked at
  bool wait = true;   // false: Held where it would wait
  std::string note;
  bool operator==(const Once&) const = default;
};
// The outcome, by whoever was granted the run; its hold ends with it. Answered OnceFinished, or StaleToken
// where the run was not its own any more: the late result is kept beside the record as evidence.
struct FinishOnce {
  std::string name;
  Token token;
  std::int64_t code = 0;  // 0: done
  base::Bytes output;
  bool cut = false;  // the output is not whole
  bool operator==(const FinishOnce&) const = default;
};
using Operation = std::variant<Acquire, Release, Renew, Cancel, SetStatus, ClearStatus, Leave, Downgrade,
                               Break, Once, FinishOnce>;

// Executed at most once: a retry gets the first answer. Everything up to `acknowledged` has been answered and
// will never be asked again.
struct Sequenced {
  SessionId session;
  Sequence sequence;
  Sequence acknowledged;
  Operation operation;
  bool operator==(const Sequenced&) const = default;
};

// An operator forced a cluster to go on from a log that may lack its end. Never asked by a client: whoever
// forces the recovery writes it into the log itself.
struct Recover {
  std::uint64_t epoch_floor = 0;  // every later token is above this: no token of the old cluster comes again
  Millis no_grants_for{0};        // until whoever may hold what this log has forgotten has let go
  std::string note;               // the value of the record lockd/recovered
  bool operator==(const Recover&) const = default;
};

// Configure: never asked by a client as a command, but as an operator's request (admin.hpp).
using Command = std::variant<OpenSession, KeepAlive, CloseSession, Sequenced, Recover, Configure>;

// Who holds and waits, and the record.
struct GetStatus {
  std::string name;
  bool operator==(const GetStatus&) const = default;
};
// Answered when the name has a record that is finished (done, failed, lost), or whose revision is above
// `after` where that is given.
struct WaitStatus {
  std::string name;
  std::optional<Revision> after;
  bool operator==(const WaitStatus&) const = default;
};
// Names with a hold, a waiter or a record, in order.
struct List {
  std::string prefix;
  std::string after;  // continue behind this name
  bool operator==(const List&) const = default;
};
struct CheckHold {
  std::string name;
  Token token;
  bool operator==(const CheckHold&) const = default;
};
// Answered by any server about itself, at once.
struct GetHealth {
  bool operator==(const GetHealth&) const = default;
};
// What happened to a name, newest first: AuditTrail.
struct GetAudit {
  std::string name;
  std::uint64_t before = 0;  // only entries with smaller numbers; 0: from the newest on
  bool operator==(const GetAudit&) const = default;
};
// Answered Settings.
struct GetSettings {
  bool operator==(const GetSettings&) const = default;
};
// Stands until it is given up. What happens to the names is told as it is applied: Changes, any number of
// them. Where `since` lies further back than the asked server remembers, or is not given, it is told Reset
// first.
struct Watch {
  std::string name;                    // ends in '/': every name that begins so; empty: every name
  std::optional<std::uint64_t> since;  // a `through` that was told before
  bool operator==(const Watch&) const = default;
};
using Query = std::variant<GetStatus, WaitStatus, List, CheckHold, GetHealth, GetAudit, GetSettings, Watch>;

using Request = std::variant<Command, Query, Admin>;

// What an answer to a Query may rest on; other requests take no notice of it.
enum class Consistency : std::uint8_t {
  linearizable = 1,  // a majority has confirmed the leader since the query was asked
  lease = 2,         // … or so recently that, within the bound on clock drift, nobody else can lead
  stale = 3,         // whatever the asked server has applied
};

const char* name_of(const Operation& operation);

}  // namespace lock
