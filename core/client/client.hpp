// The client protocol without I/O: one session, retries, leader finding, the local end of a lease. lockctl and every
// simulated client run this code.
//
// A call is one question of the user. It lives until its one Outcome; whatever happens to connections and leaders in between
// is retried here, under the same (session, sequence), so that nothing is done twice.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/random.hpp"
#include "core/base/time.hpp"
#include "core/lock/command.hpp"
#include "core/lock/reply.hpp"

namespace client {

using base::Duration;
using base::Instant;

struct CallKind;
// Chosen by the user of the client, never reused.
using CallId = base::Id<CallKind>;
struct LinkKind;
// One connection attempt and the connection it became; chosen by the client, never reused.
using LinkId = base::Id<LinkKind>;

struct Config {
  std::vector<std::string> endpoints;  // at least one; tried in turn from a random place
  lock::Millis session_ttl{15'000};
  std::string who;
  std::uint64_t seed = 0;
  // The bound on a clock's rate error, rho of the lease rule, in parts per million.
  std::uint32_t clock_error_ppm = 500;
  Duration connect_timeout = std::chrono::milliseconds(1000);
  // No answer to a request for so long: the link is given up and another server asked.
  Duration reply_timeout = std::chrono::milliseconds(1500);
  Duration cancel_grace = std::chrono::milliseconds(2000);
  Duration backoff_min = std::chrono::milliseconds(10);
  Duration backoff_max = std::chrono::milliseconds(400);
};

// What a call asks. An Operation opens the session first, where there is none yet.
struct CloseSession {};
using Question = std::variant<lock::Operation, lock::Query, CloseSession>;

struct Begin {
  CallId call;
  Question question;
  // After this long the call ends with what is known then; nothing: it never ends by itself. An Acquire that still waits is
  // cancelled first, and its outcome is what the servers say to that, or Unknown when they can't be reached within
  // Config::cancel_grace.
  std::optional<Duration> within;
};
// As if `within` had passed now.
struct GiveUp {
  CallId call;
};
struct Connected {
  LinkId link;
};
// Also: the attempt failed.
struct Disconnected {
  LinkId link;
};
struct Received {
  LinkId link;
  std::uint64_t call;  // as sent
  lock::Reply reply;
};
struct TimerFired {};
using Input = std::variant<Begin, GiveUp, Connected, Disconnected, Received, TimerFired>;

// The time was over, and it certainly was not and will not be carried out: it never left, or every server that got it refused
// it unread, or it was cancelled.
struct TimedOut {};
// It was sent, and nobody knows what became of it.
struct Unknown {};
// A server's final answer. For an Acquire: Granted, Held, Cancelled (= timed out), SessionExpired, Refused.
using Outcome = std::variant<lock::Reply, TimedOut, Unknown>;

struct Connect {
  LinkId link;
  std::string endpoint;
};
struct Close {
  LinkId link;
};
struct Send {
  LinkId link;
  std::uint64_t call;  // of the wire
  lock::Request request;
};
struct Finished {
  CallId call;
  Outcome outcome;
  // For a Granted detached hold or a Renewed one: until when the client may believe in it.
  std::optional<Instant> holds_until;
};
struct Progress {
  CallId call;
  lock::Queued queued;
};

struct Effects {
  std::vector<Connect> connects;
  std::vector<Close> closes;
  std::vector<Send> sends;
  std::vector<Finished> finished;
  std::vector<Progress> progress;
  std::optional<Instant> wake_at;
};

class Client {
 public:
  explicit Client(Config config);

  Effects step(Instant now, const Input& input);

  // The session, once there is one.
  std::optional<lock::SessionId> session() const;
  // Until when every hold bound to the session certainly stands: the local time before the first send of the last acknowledged
  // renewal, plus (end - stamp)(1 - 2 rho). Nothing: there is no session, or it has expired.
  std::optional<Instant> session_deadline() const;
};

}  // namespace client
