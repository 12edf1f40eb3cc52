// What clients asked and saw: the evidence that the checkers judge. Plain values, apart from the production
// code.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace check {

using Token = std::uint64_t;
using Revision = std::uint64_t;
// A register's content; nothing: nil.
using Value = std::optional<std::string>;

// Locks and status records.
enum class Mode : std::uint8_t { exclusive, shared, counted };
struct Acquire {
  bool wait = true;
  std::optional<std::uint64_t> detached_ms;
  Mode mode = Mode::exclusive;
  std::uint64_t limit = 1;          // of counted
  std::uint64_t lock_delay_ms = 0;  // after a hold has ended by itself nobody gets the name for so long
  std::uint64_t max_hold_ms = 0;    // 0: none
  std::string queue = {};           // barge, newest, priority; empty: first in, first out
  std::int64_t level = 0;           // of priority
  bool operator==(const Acquire&) const = default;
};
// Gives back one entry of a hold that may have been entered several times.
struct Leave {
  Token token = 0;
  bool operator==(const Leave&) const = default;
};
struct Downgrade {
  Token token = 0;
  bool operator==(const Downgrade&) const = default;
};
// Ends the hold; the name stays blocked until its client stops believing in it or releases it, unless `now`.
struct Break {
  Token token = 0;
  bool now = false;
  bool operator==(const Break&) const = default;
};
struct Release {
  Token token = 0;
  bool operator==(const Release&) const = default;
};
struct Renew {
  Token token = 0;
  std::uint64_t ttl_ms = 0;
  bool operator==(const Renew&) const = default;
};
struct CheckHold {
  Token token = 0;
  bool operator==(const CheckHold&) const = default;
};
struct StatusSet {
  std::string state;
  std::optional<std::int64_t> code;
  std::string value;
  std::optional<Token> token;
  std::optional<Revision> if_revision;
  std::uint64_t ttl_ms = 24 * 3600 * 1000;
  bool operator==(const StatusSet&) const = default;
};
struct StatusClear {
  std::optional<Revision> if_revision;
  bool operator==(const StatusClear&) const = default;
};
struct StatusGet {
  bool operator==(const StatusGet&) const = default;
};
// From `start` on the hold may end by itself, at any time or never: its client stopped believing in it. Never
// has an end.
struct Expire {
  Token token = 0;
  bool operator==(const Expire&) const = default;
};

// A lock and its record in one: whoever is granted a run works, the others are told its outcome.
struct Once {
  std::uint64_t keep_ms = 24 * 3600 * 1000;
  std::uint64_t attempts = 4;
  bool replay = true;  // a failure is an outcome; else the next caller runs again while attempts are left
  std::string input;
  bool wait = true;
  bool operator==(const Once&) const = default;
};
struct OnceFinish {
  Token token = 0;
  std::int64_t code = 0;
  std::string value;
  bool cut = false;
  bool operator==(const OnceFinish&) const = default;
};

// Histories recorded from other systems: a register with compare-and-set, and a store of texts.
struct Read {
  bool operator==(const Read&) const = default;
};
struct Write {
  Value value;
  bool operator==(const Write&) const = default;
};
struct Cas {
  Value from;
  Value to;
  bool operator==(const Cas&) const = default;
};
struct Get {
  bool operator==(const Get&) const = default;
};
struct Put {
  std::string value;
  bool operator==(const Put&) const = default;
};
struct Append {
  std::string value;
  bool operator==(const Append&) const = default;
};

using Op = std::variant<Acquire, Release, Renew, CheckHold, StatusSet, StatusClear, StatusGet, Expire, Read,
                        Write, Cas, Get, Put, Append, Leave, Downgrade, Break, Once, OnceFinish>;

struct Granted {
  Token token = 0;
  std::uint64_t entries = 1;  // above 1: its owner held it already, and entered it again
  bool operator==(const Granted&) const = default;
};
// Of an Acquire that did not wait: the lock was taken. Of one that did: given up, and certainly never
// granted.
struct NotGranted {
  bool refused = false;  // superseded, or it would have closed a cycle: says nothing about the lock
  bool operator==(const NotGranted&) const = default;
};
// Release, Leave, Break: whether the hold stood until then. Renew, CheckHold, Downgrade: whether it stands.
struct Stood {
  bool yes = false;
  bool operator==(const Stood&) const = default;
};
struct StatusWritten {
  Revision revision = 0;
  bool operator==(const StatusWritten&) const = default;
};
struct RevisionDiffers {
  Revision actual = 0;  // 0: no record
  bool operator==(const RevisionDiffers&) const = default;
};
struct StaleToken {
  bool operator==(const StaleToken&) const = default;
};
struct Cleared {
  bool existed = false;
  bool operator==(const Cleared&) const = default;
};
struct RecordSeen {
  std::string state;
  std::optional<std::int64_t> code;
  std::string value;
  Revision revision = 0;
  std::optional<Token> token;  // of its writer
  bool operator==(const RecordSeen&) const = default;
};
struct StatusSeen {
  std::optional<RecordSeen> record;
  std::vector<Token> holders;  // rising
  bool more = false;           // there are holders that were not told
  bool operator==(const StatusSeen&) const = default;
};
// Of a Once: the caller is to run.
struct Run {
  Token token = 0;
  std::uint64_t attempt = 0;
  bool operator==(const Run&) const = default;
};
// Of a Once: whoever ran it has ended so.
struct Outcome {
  std::string state;  // done, failed, lost
  std::int64_t code = 0;
  std::string value;
  std::uint64_t attempt = 0;
  Revision revision = 0;
  bool cut = false;
  bool operator==(const Outcome&) const = default;
};
struct Finished {
  std::string state;  // done, failed; pending: the next caller runs
  Revision revision = 0;
  bool operator==(const Finished&) const = default;
};
struct ValueSeen {
  Value value;
  bool operator==(const ValueSeen&) const = default;
};
struct Swapped {
  bool yes = false;
  bool operator==(const Swapped&) const = default;
};
struct Done {
  bool operator==(const Done&) const = default;
};

using Ret = std::variant<Granted, NotGranted, Stood, StatusWritten, RevisionDiffers, StaleToken, Cleared,
                         StatusSeen, ValueSeen, Swapped, Done, Run, Outcome, Finished>;

// `end` and `ret` come together; without them the outcome is unknown for ever: it may have happened at any
// time from `start` on, may still happen, or never. Times are nanoseconds on one clock for the whole history
// (or places in a recorded log).
struct Operation {
  std::uint64_t client = 0;
  std::string key;
  Op op;
  std::int64_t start = 0;
  std::optional<std::int64_t> end;
  std::optional<Ret> ret;
  // Of a request for several names, which is an operation a name: the same number for all of them.
  std::optional<std::uint64_t> group = {};
  // Of an Acquire that waits: from when on it certainly stood in the queue.
  std::optional<std::int64_t> queued = {};

  bool operator==(const Operation&) const = default;
};
using History = std::vector<Operation>;

// The outcome if it is known and of this type.
template <class R>
const R* outcome(const Operation& operation) {
  return operation.ret ? std::get_if<R>(&*operation.ret) : nullptr;
}

// As in the JSON form: "acquire", "status_set", …
const char* name_of(const Op& op);
// For people: "acquire", "release token=57", "status_set state=done value=\"x\"".
std::string describe(const Op& op);
// "token 57", "revision 9", …; "?" where the outcome is unknown.
std::string describe(const std::optional<Ret>& ret);

}  // namespace check
