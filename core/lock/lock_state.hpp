// Names, holds and status records as the state machine keeps them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/lock/command.hpp"
#include "core/lock/types.hpp"
#include "core/lock/wait_queue.hpp"

namespace lock {

// Every token is below. A JSON reader keeps every integer below this whole.
inline constexpr Token kTokenEnd{std::uint64_t{1} << 53};

// One Acquire that was granted a hold, the first or a re-entry. A bound one ends with its session.
struct HoldEntry {
  SessionId session;
  Sequence acquire;
  bool detached = false;
  bool operator==(const HoldEntry&) const = default;
};
// One grant: all its names under one token. It lives while any of its entries does.
struct Hold {
  SessionId owner;
  SessionId acquirer;  // the session it was granted to first, which may have ended
  base::Bytes who;     // that of the acquirer
  std::string note;
  LogTime since;
  std::vector<Wanted> locks;            // by name
  std::vector<HoldEntry> entries;       // in the order of their coming
  std::optional<LogTime> detached_end;  // of all its detached entries together
  std::optional<LogTime> max_end;
  Millis lock_delay{0};
  bool once = false;  // the run of a Once: one name, exclusive, one entry
};

// A hold as one of its names knows it.
struct Holding {
  Token token;
  SessionId owner;
  Mode mode;
};
// Held, waited for, or blocked. A name of several may be waited for while nobody holds it.
struct LockState {
  std::vector<Holding> holders;  // by token; all of them go together
  WaitQueue queue;
  std::vector<Token> blocked_by;  // holds that have ended, by token

  bool idle() const { return holders.empty() && queue.empty() && blocked_by.empty(); }
  // Nothing: it isn't counted at present.
  std::optional<std::uint32_t> limit() const;
  const Holding* holding_of(SessionId owner) const;
  const Holding* find(Token token) const;
  // Whether who wants it so can't have it, with these before him in line.
  bool is_in_the_way_of(const Mode& mode, const WaitQueue::Counts& earlier) const;
};

// Nobody gets the names of a hold that has ended before that.
struct Block {
  LogTime until;
  std::vector<std::string> names;  // rising
  bool confirmable = false;        // was broken: a Release of its token ends the block too
};

// A word of a-z 0-9 _ -, of 1 to 32 bytes.
bool is_state(std::string_view state);
// done, failed, lost
bool is_finished(std::string_view state);

// What binds every caller of a Once.
struct OnceTerms {
  Millis keep{0};
  std::uint32_t attempts = 0;
  OnFail on_fail = OnFail::replay;
  std::string input;
};
struct LateState {
  Token token;
  std::int64_t code = 0;
  base::Bytes who;
  LogTime at;
};
struct RecordState {
  std::string state;
  std::optional<std::int64_t> code;
  base::Bytes value;
  base::Bytes writer;
  std::optional<Token> token;  // of the last write
  Token attempt_token;         // the last one that any write named; 0: none did
  std::uint64_t attempt = 0;
  Revision revision;
  LogTime written;
  std::optional<LogTime> end;  // nothing: of a Once that runs or is waited for
  bool cut = false;
  std::optional<OnceTerms> once;
  std::vector<LateState> late;  // the last few
  std::uint64_t touched = 0;    // by which touch of all records
};
inline constexpr std::size_t kLateMax = 4;
// Written by a recovery, whatever is there: so never the record of a Once.
inline constexpr const char* kRecoveryRecord = "lockd/recovered";

// After a forced recovery: until then nothing is granted, for fear of holders whom the recovered log forgot.
struct Rest {
  LogTime since;
  LogTime until;
};

// `to - from`, or nothing where it is not after it.
inline Millis time_between(LogTime from, LogTime to) {
  return to > from ? to - from : Millis(0);
}

}  // namespace lock
