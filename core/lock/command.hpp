// What clients ask. A Command goes through the log; a Query is answered by a leader from its applied state.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/lock/admin.hpp"
#include "core/lock/types.hpp"

namespace lock {

struct OpenSession {
  Millis ttl;
  std::string who;  // shown to people: host, process, command
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

struct Acquire {
  std::string name;
  bool wait = true;                // false: granted at once or answered Held
  std::optional<Millis> detached;  // the hold gets a lease of its own and outlives the session
  std::string note;
  bool operator==(const Acquire&) const = default;
};
// Ends the hold with this token, whoever asks; another hold of the name is never touched.
struct Release {
  std::string name;
  Token token;
  bool operator==(const Release&) const = default;
};
// Extends a detached hold to the entry's stamp plus ttl; never shortens it.
struct Renew {
  std::string name;
  Token token;
  Millis ttl;
  bool operator==(const Renew&) const = default;
};
// Gives up an Acquire of the same session that may still wait: answered Cancelled, or Granted where it was
// too late.
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
using Operation = std::variant<Acquire, Release, Renew, Cancel, SetStatus, ClearStatus>;

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

using Command = std::variant<OpenSession, KeepAlive, CloseSession, Sequenced, Recover>;

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
using Query = std::variant<GetStatus, WaitStatus, List, CheckHold, GetHealth>;

using Request = std::variant<Command, Query, Admin>;

// What an answer to a Query may rest on; other requests take no notice of it.
enum class Consistency : std::uint8_t {
  linearizable = 1,  // a majority has confirmed the leader since the query was asked
  lease = 2,         // … or so recently that, within the bound on clock drift, nobody else can lead
  stale = 3,         // whatever the asked server has applied
};

const char* name_of(const Operation& operation);

}  // namespace lock
