#include "net/event_line.hpp"

#include "core/base/overload.hpp"

namespace net {

namespace {

std::string name_of(lock::EndReason reason) {
  switch (reason) {
    case lock::EndReason::released:
      return "released";
    case lock::EndReason::session_closed:
      return "its session closed";
    case lock::EndReason::session_expired:
      return "its session expired";
    case lock::EndReason::lease_expired:
      return "its lease expired";
  }
  return "?";
}

std::string with_token(lock::Token token, lock::SessionId session) {
  return ", token " + std::to_string(token.value) + ", session " + std::to_string(session.value);
}

}  // namespace

std::string to_line(const lock::Event& event) {
  return std::visit(
      base::Overload{
          [](const lock::LockGranted& e) { return "granted " + e.name + with_token(e.token, e.session); },
          [](const lock::HoldEnded& e) {
            return "ended " + e.name + with_token(e.token, e.session) + ": " + name_of(e.reason);
          },
          [](const lock::StatusChanged& e) {
            return "status of " + e.name + (e.state.empty() ? " is gone" : " is " + e.state) + ", index " +
                   std::to_string(e.revision.value);
          },
          [](const lock::StaleTokenRefused& e) {
            return "refused a status of " + e.name + with_token(e.token, e.session) + ": that hold has ended";
          },
          [](const lock::SessionEnded& e) {
            return "session " + std::to_string(e.session.value) + (e.expired ? " expired" : " closed");
          },
      },
      event);
}

}  // namespace net
