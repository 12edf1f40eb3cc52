// A name that is held or waited for, and a name's status record, as the state machine keeps them.
#pragma once

#include <optional>
#include <string>

#include "core/base/bytes.hpp"
#include "core/lock/types.hpp"
#include "core/lock/wait_queue.hpp"

namespace lock {

// Every token is below. A JSON reader keeps every integer below this whole.
inline constexpr Token kTokenEnd{std::uint64_t{1} << 53};

struct Hold {
  Token token;
  SessionId session;  // of a detached hold: the one that acquired it, which may have ended
  base::Bytes who;
  std::string note;
  LogTime since;
  // A detached hold's own lease; any other ends with its session.
  std::optional<LogTime> detached_end;
};

// Held, or waited for, or both. Waited for without a hold only while no lock is granted (see Rest).
struct LockState {
  std::optional<Hold> hold;
  WaitQueue queue;

  bool idle() const { return !hold && queue.empty(); }
};

// A word of a-z 0-9 _ -, of 1 to 32 bytes.
bool is_state(std::string_view state);

struct RecordState {
  std::string state;
  std::optional<std::int64_t> code;
  std::string value;
  base::Bytes writer;
  std::optional<Token> token;  // of the last write
  Token attempt_token;         // the last one that any write named; 0: none did
  std::uint64_t attempt = 0;
  Revision revision;
  LogTime written;
  LogTime end;
};

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
