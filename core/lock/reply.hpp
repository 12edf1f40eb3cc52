// What the servers answer.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/lock/admin.hpp"
#include "core/lock/command.hpp"
#include "core/lock/types.hpp"

namespace lock {

// A lease as a reply tells it: `stamp` of the entry that carried the request, `end` by the same clock. Its
// length from the client's point of view is end - stamp, counted from before the first send of the request.
struct Lease {
  LogTime stamp;
  LogTime end;
  bool operator==(const Lease&) const = default;
};

struct SessionOpened {
  SessionId session;
  Lease lease;
  bool operator==(const SessionOpened&) const = default;
};
// A hold of the session that somebody or its own time has ended: broken, released by its token, over its
// maximum. Told with every renewal until the session releases it or ends.
struct Taken {
  Token token;
  std::string why;
  bool operator==(const Taken&) const = default;
};
struct KeptAlive {
  Lease lease;
  std::vector<Taken> taken = {};
  bool operator==(const KeptAlive&) const = default;
};
struct SessionClosed {
  bool operator==(const SessionClosed&) const = default;
};
// The session is not there: expired, closed, or never minted. It is never re-created.
struct SessionExpired {
  bool operator==(const SessionExpired&) const = default;
};

struct Granted {
  Token token;
  // Of a detached hold its own lease, of any other the session's. After waiting, `stamp` is that of the entry
  // that made the grant, so only a detached hold may be measured by it, and only from a request that entry
  // answered at once.
  Lease lease;
  bool waited = false;
  std::optional<LogTime> ends_by = {};  // the end of its maximum hold; `lease` does not reach beyond
  std::uint32_t entries = 1;            // above 1: re-entered
  std::uint32_t attempt = 0;            // of a Once
  bool operator==(const Granted&) const = default;
};
// Not final: the request stands in the queue; an answer follows.
struct Queued {
  std::string holder;  // who
  Millis held_for{0};
  std::uint64_t ahead = 0;  // waiters before this one
  bool operator==(const Queued&) const = default;
};
// The lock is taken and the request does not wait.
struct Held {
  std::string holder;
  Millis held_for{0};
  bool operator==(const Held&) const = default;
};
// A newer request took its place in the queue.
struct Superseded {
  std::string by;
  bool operator==(const Superseded&) const = default;
};
// It would wait for itself: each of these waits for the name it tells, which the next one holds or stands
// before him in line for; the last of them waits for the first, who is the one that asked.
struct Deadlock {
  struct Link {
    std::string who;
    std::string waits_for;
    bool operator==(const Link&) const = default;
  };
  std::vector<Link> cycle;
  bool operator==(const Deadlock&) const = default;
};
struct Downgraded {
  bool operator==(const Downgraded&) const = default;
};
struct Broken {
  Millis blocked_for{0};  // at most so long until others may get the names
  bool operator==(const Broken&) const = default;
};
// The outcome of a Once, to whoever did not run it.
struct OnceEnded {
  std::string state;  // done, failed, lost
  std::int64_t code = 0;
  base::Bytes output;
  bool cut = false;  // the output is not whole, or is gone
  std::uint32_t attempt = 0;
  std::string runner;
  Revision revision;
  bool operator==(const OnceEnded&) const = default;
};
struct OnceFinished {
  std::string state;  // done, failed, or pending: the next caller runs
  Revision revision;
  bool operator==(const OnceFinished&) const = default;
};
struct Released {
  bool operator==(const Released&) const = default;
};
struct Renewed {
  Lease lease;
  bool operator==(const Renewed&) const = default;
};
// No hold of that name has that token (any more).
struct NotHeld {
  bool operator==(const NotHeld&) const = default;
};
struct Cancelled {
  bool operator==(const Cancelled&) const = default;
};
struct StatusSet {
  Revision revision;
  bool operator==(const StatusSet&) const = default;
};
// ClearStatus: whether there was a record.
struct StatusCleared {
  bool existed = false;
  bool operator==(const StatusCleared&) const = default;
};
struct RevisionMismatch {
  Revision actual;  // 0: no record
  bool operator==(const RevisionMismatch&) const = default;
};
struct StaleToken {
  bool operator==(const StaleToken&) const = default;
};
// The request breaks a bound or makes no sense; one line for a person.
struct Refused {
  std::string why;
  bool operator==(const Refused&) const = default;
};
// At or below the acknowledged mark: dropped, not executed.
struct StaleSequence {
  bool operator==(const StaleSequence&) const = default;
};

// What a record that a Once made has beside.
struct OnceView {
  std::uint32_t attempts = 0;  // at most
  OnFail on_fail = OnFail::replay;
  std::string input;
  bool operator==(const OnceView&) const = default;
};
// A result that came when its run was not its own any more.
struct LateResult {
  Token token;
  std::int64_t code = 0;
  std::string who;
  Millis age{0};
  bool operator==(const LateResult&) const = default;
};
struct Record {
  std::string state;
  std::optional<std::int64_t> code;
  base::Bytes value;
  std::string writer;
  std::optional<Token> token;
  std::uint64_t attempt = 0;  // how many tokens have written to it; of a Once how often it was run
  Revision revision;
  Millis age{0};
  std::optional<Millis> left;  // nothing: while it runs it does not expire
  bool cut = false;            // the value is not whole
  std::optional<OnceView> once;
  std::vector<LateResult> late;
  bool operator==(const Record&) const = default;
};
struct Holder {
  Token token;
  std::string who;
  std::string note;
  Mode mode;
  bool detached = false;
  std::uint32_t entries = 1;
  Millis held_for{0};
  Millis left{0};
  std::vector<std::string> with;  // the other names of the same grant
  bool operator==(const Holder&) const = default;
};
struct NameView {
  std::string name;
  std::vector<Holder> holders;  // by token, the first of them where they are many
  std::uint64_t holder_count = 0;
  std::uint64_t waiters = 0;
  std::optional<Millis> blocked_for;  // by a lock delay or a break: nobody gets it before
  std::optional<Record> record;
  bool operator==(const NameView&) const = default;
};
struct Listing {
  std::vector<NameView> names;
  bool more = false;
  bool operator==(const Listing&) const = default;
};
struct AuditEntry {
  std::uint64_t number = 0;  // over all names, rising
  // granted, re-entered, downgraded, released, closed, expired, over-max, broken, superseded
  std::string what;
  Token token;
  std::string who;
  std::string why;  // a reason and who gave it; a note
  Millis age{0};
  bool operator==(const AuditEntry&) const = default;
};
struct AuditTrail {
  std::vector<AuditEntry> entries;  // newest first
  bool more = false;
  bool operator==(const AuditTrail&) const = default;
};
struct Settings {
  std::vector<Setting> settings;
  bool operator==(const Settings&) const = default;
};
// One thing that happened to a name.
struct Change {
  std::uint64_t index = 0;  // of the log entry that made it
  std::string name;
  std::string what;  // as in AuditEntry; status: its record was written; cleared: it went
  Token token;       // 0: none
  std::string who;
  std::string detail;  // of a record its state, of an end its reason
  std::optional<std::int64_t> code;
  Revision revision;  // of a record
  bool operator==(const Change&) const = default;
};
// Every change of the watched names up to log index `through` and behind the last message's.
struct Changes {
  std::uint64_t through = 0;
  std::vector<Change> changes;
  bool operator==(const Changes&) const = default;
};
// What came before is not told: the names as they are at `through`.
struct Reset {
  std::uint64_t through = 0;
  std::vector<NameView> names;
  bool more = false;  // there are more names than fit; List tells them
  bool operator==(const Reset&) const = default;
};
struct HoldStands {
  Millis left;
  bool operator==(const HoldStands&) const = default;
};

struct Health {
  std::uint64_t node = 0;
  std::uint64_t cluster = 0;
  std::string version;
  std::string role;  // leader, follower, candidate
  std::uint64_t term = 0;
  std::uint64_t leader = 0;  // 0: unknown
  std::uint64_t commit = 0;
  std::uint64_t last_index = 0;
  std::vector<std::string> members;  // addresses, in the order of node ids
  bool operator==(const Health&) const = default;
};

// This server does not lead and has not proposed the request: nothing has happened, ask there.
struct NotLeader {
  std::string leader;  // its address; empty: unknown
  bool operator==(const NotLeader&) const = default;
};
// The server lost leadership while the request was under way: it may have happened, may still happen, or not.
struct LeadershipLost {
  bool operator==(const LeadershipLost&) const = default;
};

using Reply =
    std::variant<SessionOpened, KeptAlive, SessionClosed, SessionExpired, Granted, Queued, Held, Released,
                 Renewed, NotHeld, Cancelled, StatusSet, StatusCleared, RevisionMismatch, StaleToken, Refused,
                 StaleSequence, NameView, Listing, HoldStands, Health, NotLeader, LeadershipLost, MemberAdded,
                 MembersChanged, Transferred, SnapshotTaken, Members, Metrics, Superseded, Deadlock,
                 Downgraded, Broken, OnceEnded, OnceFinished, AuditTrail, Settings, Changes, Reset>;

// Whether another answer to the same request follows.
inline bool is_interim(const Reply& reply) {
  return std::holds_alternative<Queued>(reply) || std::holds_alternative<Changes>(reply) ||
         std::holds_alternative<Reset>(reply);
}
const char* name_of(const Reply& reply);

}  // namespace lock
