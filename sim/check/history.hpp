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
struct Acquire {
  bool wait = true;
  std::optional<std::uint64_t> detached_ms;
  bool operator==(const Acquire&) const = default;
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
                        Write, Cas, Get, Put, Append>;

struct Granted {
  Token token = 0;
  bool operator==(const Granted&) const = default;
};
// Of an Acquire that did not wait: the lock was taken. Of one that did: given up, and certainly never
// granted.
struct NotGranted {
  bool operator==(const NotGranted&) const = default;
};
// Release: whether the hold stood until then. Renew, CheckHold: whether it stands.
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
  std::optional<Token> holder;
  bool operator==(const StatusSeen&) const = default;
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
                         StatusSeen, ValueSeen, Swapped, Done>;

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
