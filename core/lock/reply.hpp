// What the servers answer.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/lock/admin.hpp"
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
struct KeptAlive {
  Lease lease;
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

struct Record {
  std::string state;
  std::optional<std::int64_t> code;
  std::string value;
  std::string writer;
  std::optional<Token> token;
  std::uint64_t attempt = 0;  // how many tokens have written to it
  Revision revision;
  Millis age{0};
  Millis left{0};
  bool operator==(const Record&) const = default;
};
struct Holder {
  Token token;
  std::string who;
  std::string note;
  bool detached = false;
  Millis held_for{0};
  Millis left{0};
  bool operator==(const Holder&) const = default;
};
struct NameView {
  std::string name;
  std::optional<Holder> holder;
  std::uint64_t waiters = 0;
  std::optional<Record> record;
  bool operator==(const NameView&) const = default;
};
struct Listing {
  std::vector<NameView> names;
  bool more = false;
  bool operator==(const Listing&) const = default;
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
                 MembersChanged, Transferred, SnapshotTaken, Members, Metrics>;

// Whether another answer to the same request follows.
inline bool is_interim(const Reply& reply) {
  return std::holds_alternative<Queued>(reply);
}
const char* name_of(const Reply& reply);

}  // namespace lock
