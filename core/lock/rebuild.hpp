// A machine made again of its elements, which may come from anywhere: whatever no machine could hold is
// refused.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/cow_map.hpp"
#include "core/base/result.hpp"
#include "core/lock/machine.hpp"

namespace lock {

// In the order head, sessions, locks, records, each kind with keys rising. What follows from these is left
// out: the expiries, the sessions' holds, the queues of the locks.
class Rebuild {
 public:
  struct Head {
    LogTime stamp;
    Machine::Counters counters;
    std::optional<Rest> rest;
    // How many are to come.
    std::uint64_t sessions = 0;
    std::uint64_t locks = 0;
    std::uint64_t records = 0;
  };

  explicit Rebuild(Limits limits) : machine_(limits) {}

  // Each costs as much as its element, and a few logarithmic searches. After an error no more is to be added.
  base::Status begin(const Head& head);
  // Without holds.
  base::Status add(SessionId id, Session session);
  // A hold bound to a session takes over that session's `who`.
  base::Status add(const std::string& name, std::optional<Hold> hold);
  base::Status add(const std::string& name, RecordState record);
  // Only when everything announced is there. Costs nothing to speak of.
  base::Result<Machine> finish();
  // As Machine::shed, of what has been gathered.
  bool shed(std::size_t elements);

 private:
  struct Nothing {};
  // What stands in line before the lock itself has come, by arrival.
  using Line = std::map<std::uint64_t, WaitQueue::Waiter>;

  const char* flaw_of(SessionId id, const Session& session) const;
  const char* flaw_of(const Waiting& waiting) const;
  const char* flaw_of(const Outcome& outcome) const;
  const char* flaw_of(const Hold& hold) const;
  const char* flaw_of(const RecordState& record) const;
  const char* stand_in_line(SessionId id, const Session& session);
  const char* add_queue(const std::string& name, LockState& lock);
  const char* bind(const std::string& name, Hold& hold);
  // One of several equal texts, so that they share their bytes.
  void share(base::Bytes& writer);

  Machine machine_;
  Head awaited_;
  base::CowMap<std::string, Line> lines_;
  base::CowMap<Token, Nothing, 128> tokens_;
  base::CowMap<Revision, Nothing, 128> revisions_;
  base::Bytes last_writer_;
  // Of the kind at hand.
  SessionId last_session_;
  std::string last_name_;
};

}  // namespace lock
