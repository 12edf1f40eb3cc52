// The words of the client protocol: what goes into a client, and what comes out of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/id.hpp"
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
  // The session of the process that this one runs under; 0: none. Both are one owner to the servers.
  lock::SessionId parent = {};
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

// Ends the session, and with it every hold bound to it. Begin it when the session's operations have finished:
// those that are unanswered end with SessionExpired where that is true, else Unknown. Answered SessionClosed,
// also where there is no session. After its end, however it ended, the client keeps the session alive no
// longer and believes in it no longer; an Operation that was begun meanwhile opens the next one.
struct CloseSession {};
// What a call asks. An Operation opens the session first, where there is none yet.
// An Admin request is asked again on every link, since what is so already is no error to it; where its time
// is over, it was sent and it changes something, it ends Unknown.
using Question = std::variant<lock::Operation, lock::Query, CloseSession, lock::Admin>;

struct Begin {
  CallId call;
  Question question;
  // After this long the call ends with what is known then; nothing: it never ends by itself. An Acquire or
  // Once that still waits is cancelled first, and its outcome is what the servers say to that, or Unknown
  // when they can't be reached within Config::cancel_grace; what it may have been granted is then given back
  // behind the call's back, while the session lives. What was granted is given back by a Leave: a hold that
  // it re-entered goes on.
  std::optional<Duration> within;
  // Of a Query: what its answer may rest on.
  lock::Consistency consistency = lock::Consistency::linearizable;
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

// The time was over, and it certainly was not and will not be carried out: it never left, or every server
// that got it refused it unread, or it was cancelled, or what it was granted has been given back. A query has
// no effect, so it ends only so.
struct TimedOut {};
// It was sent, and nobody knows what became of it.
struct Unknown {};
// A server's final answer. For an Acquire: Granted, Held, Superseded, Deadlock, Cancelled (= timed out),
// SessionExpired, Refused; for a Once also OnceEnded. SessionExpired says that the operation has and will
// have no effect; a hold bound to the session may have begun, and has ended with it.
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
  lock::Consistency consistency = lock::Consistency::linearizable;
};
// A hold that nobody wanted any more when it was granted, and that is over: for histories.
struct Undone {
  lock::Token token;
  Instant granted;  // when the client learnt of the grant
};
struct Finished {
  CallId call;
  Outcome outcome;
  // For a Granted detached hold or a Renewed one: until when the client may believe in it. For a hold bound
  // to the session that moves, see Client::hold_deadline.
  std::optional<Instant> holds_until;
  std::optional<Undone> undone;  // with TimedOut or SessionExpired
  // Of an Operation that was given one: what a Leave of it names, in the same session.
  lock::Sequence sequence = {};
};
struct Progress {
  CallId call;
  lock::Queued queued;
};
// What a Watch is told, Reset or Changes, in the order of the log. One that is asked again, at another
// server, goes on from the last of these.
struct Noticed {
  CallId call;
  lock::Reply reply;
};
// A hold of the session was ended by somebody else or by its own time, before its deadline: told
// with every renewal until it is released, perhaps also before the grant.
struct Lost {
  lock::Token token;
  std::string why;
};

struct Effects {
  std::vector<Connect> connects;
  std::vector<Close> closes;
  std::vector<Send> sends;
  std::vector<Finished> finished;
  std::vector<Progress> progress;
  std::vector<Noticed> noticed;
  std::vector<Lost> lost;
  std::optional<Instant>
      wake_at;  // step with TimerFired then, at the latest; nothing: not before the next input
};

}  // namespace client
