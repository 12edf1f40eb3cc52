// What happened in the state machine: for watchers, logs, and the simulator's triggers.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "core/base/bytes.hpp"
#include "core/lock/types.hpp"

namespace lock {

struct LockGranted {
  std::string name;
  Token token;
  SessionId session;
  base::Bytes who;
  std::uint32_t attempt = 0;  // of a Once
  bool operator==(const LockGranted&) const = default;
};
enum class EndReason { released, session_closed, session_expired, lease_expired, over_max, broken };
// One event a name of the grant.
struct HoldEnded {
  std::string name;
  Token token;
  SessionId session;  // of its last entry
  EndReason reason;
  base::Bytes who;
  bool operator==(const HoldEnded&) const = default;
};
struct StatusChanged {
  std::string name;
  std::string state;  // empty: cleared, expired or evicted
  Revision revision;
  std::optional<Token> token;
  SessionId session;
  base::Bytes who;
  std::optional<std::int64_t> code;
  bool operator==(const StatusChanged&) const = default;
};
struct StaleTokenRefused {
  std::string name;
  Token token;
  SessionId session;
  bool operator==(const StaleTokenRefused&) const = default;
};
struct SessionEnded {
  SessionId session;
  bool expired;  // else closed
  bool operator==(const SessionEnded&) const = default;
};

using Event = std::variant<LockGranted, HoldEnded, StatusChanged, StaleTokenRefused, SessionEnded>;

const char* name_of(const Event& event);

}  // namespace lock
