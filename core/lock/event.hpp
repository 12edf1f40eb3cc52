// What happened in the state machine: for watchers, logs, and the simulator's triggers.
#pragma once

#include <string>
#include <variant>

#include "core/lock/types.hpp"

namespace lock {

struct LockGranted {
  std::string name;
  Token token;
  SessionId session;
  bool operator==(const LockGranted&) const = default;
};
enum class EndReason { released, session_closed, session_expired, lease_expired };
struct HoldEnded {
  std::string name;
  Token token;
  SessionId session;
  EndReason reason;
  bool operator==(const HoldEnded&) const = default;
};
struct StatusChanged {
  std::string name;
  std::string state;  // empty: cleared or expired
  Revision revision;
  std::optional<Token> token;
  SessionId session;
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
