// A session as the state machine keeps it: its lease, what it holds and waits for, and the answers it may ask
// for again.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>

#include "core/base/bytes.hpp"
#include "core/base/cow_map.hpp"
#include "core/lock/reply.hpp"

namespace lock {

// The final answer to a sequenced request: what may be stored. An interim Queued can't be.
using Outcome = std::variant<Granted, Held, Released, Renewed, NotHeld, Cancelled, StatusSet, StatusCleared,
                             RevisionMismatch, StaleToken, StaleSequence, Refused>;

Reply to_reply(const Outcome& outcome);

// An Acquire in the queue of its name.
struct Waiting {
  std::string name;
  std::uint64_t arrival = 0;  // its key in that queue
  std::optional<Millis> detached;
  std::string note;
  bool operator==(const Waiting&) const = default;
};

struct Session {
  Millis ttl{0};
  base::Bytes who;  // shared with its holds and the records it writes
  LogTime end;
  Sequence acknowledged;
  // Every request that was new at or below this and isn't among `outcomes` was refused for want of room, and
  // stays so.
  Sequence overflowed;
  std::map<Sequence, Outcome> outcomes;
  std::map<Sequence, Waiting> waiting;
  // Bound to this session; a detached hold is not.
  base::CowMap<Token, std::string> holds;

  // As base::CowMap::shed: a session may hold very much.
  bool shed(std::size_t& budget) { return holds.shed(budget); }
};

}  // namespace lock
