// A session as the state machine keeps it: its lease, what it holds and waits for, and the answers it may ask
// for again.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/cow_map.hpp"
#include "core/lock/lock_state.hpp"
#include "core/lock/reply.hpp"

namespace lock {

// A OnceEnded as it is stored: its output is the record's, as long as that is of the same revision.
struct OnceOutcome {
  std::string name;
  OnceEnded ended;  // without the output
  bool operator==(const OnceOutcome&) const = default;
};
// The final answer to a sequenced request: what may be stored. An interim Queued can't be.
using Outcome = std::variant<Granted, Held, Released, Renewed, NotHeld, Cancelled, StatusSet, StatusCleared,
                             RevisionMismatch, StaleToken, StaleSequence, Refused, Superseded, Deadlock,
                             Downgraded, Broken, OnceOutcome, OnceFinished>;

// An Acquire or a Once, and once it waits its place in the queues of all its names.
struct Waiting {
  std::vector<Wanted> locks;  // by name
  WaitQueue::Place place;
  std::optional<Millis> detached;
  std::string note;
  std::optional<Millis> max_hold;
  Millis lock_delay{0};
  bool newest = false;
  bool once = false;
};

// A hold that was taken from its session, for each entry that was.
struct TakenEntry {
  Token token;
  Sequence acquire;
  std::string why;
};
inline constexpr std::size_t kTakenMax = 64;

struct Session {
  Millis ttl{0};
  base::Bytes who;  // shared with its holds and the records it writes
  SessionId owner;  // itself, or a session that may have ended
  LogTime end;
  Sequence acknowledged;
  // Every request that was new at or below this and isn't among `outcomes` was refused for want of room, and
  // stays so.
  Sequence overflowed;
  std::map<Sequence, Outcome> outcomes;
  std::map<Sequence, Waiting> waiting;
  std::vector<TakenEntry> taken;  // the newest
  // The holds of its granted Acquires, the detached ones too.
  base::CowMap<Sequence, Token> entries;

  // As base::CowMap::shed: a session may hold very much.
  bool shed(std::size_t& budget) { return entries.shed(budget); }
};

// The session knows that it hasn't got it any more.
inline void forget_taken(Session& session, Token token) {
  std::erase_if(session.taken, [&](const TakenEntry& entry) { return entry.token == token; });
}

// An owner other sessions act for, or acted for and left holds behind.
struct Family {
  std::vector<SessionId> sessions;  // rising, without the owner's own
  std::uint64_t holds = 0;          // that were granted to another session than the owner's own
};

}  // namespace lock
