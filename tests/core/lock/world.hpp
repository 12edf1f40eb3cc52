// One machine, asked as a well-behaved client would: sequences count up, nothing is acknowledged unless told.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <vector>

#include "core/lock/machine.hpp"

namespace lock {

class World {
 public:
  explicit World(Limits limits = {}) : machine(limits) {}

  // Applies one command at the present; its answer. Late answers and events collect below.
  Reply apply(const Command& command);
  // Ends what is due by then.
  void pass(Millis time);

  SessionId open(Millis ttl = Millis(10'000), const std::string& who = "someone", SessionId parent = {});
  Reply ask(SessionId session, const Operation& operation);
  Reply ask_as(SessionId session, std::uint64_t sequence, const Operation& operation,
               std::uint64_t acknowledged = 0);
  // Leaves out a sequence.
  void skip(SessionId session) { sequences_.at(session) = sequences_.at(session).next(); }
  // The sequence of the last ask().
  Sequence last(SessionId session) const { return sequences_.at(session); }
  // Granted, or the test ends.
  Token take(SessionId session, const std::string& name);
  Token take_detached(SessionId session, const std::string& name, Millis ttl);

  template <class Kind>
  std::vector<Kind> events_of() const {
    std::vector<Kind> found;
    for (const auto& event : events) {
      if (const auto* kind = std::get_if<Kind>(&event)) found.push_back(*kind);
    }
    return found;
  }
  // The first holder of the name.
  std::optional<Holder> holder(const std::string& name) const;
  // Whether that request was granted after waiting.
  bool has(SessionId session, Sequence sequence = Sequence(1)) const;
  std::optional<Reply> late(SessionId session, Sequence sequence) const;

  Machine machine;
  LogTime now{1'000};
  std::vector<Event> events;
  std::vector<Answer> late_answers;

 private:
  void collect(Applied applied);

  std::map<SessionId, Sequence> sequences_;
};

// Matches a reply of this kind, whatever it says.
template <class Kind>
testing::Matcher<const Reply&> is() {
  return testing::VariantWith<Kind>(testing::_);
}
testing::Matcher<const Reply&> refused_because(const std::string& part);

Acquire acquire(std::vector<Wanted> locks, Queueing queueing = Fifo{});
Acquire wait_for(const std::string& name);
Acquire try_for(const std::string& name);
Acquire detached(const std::string& name, Millis ttl);
LockGranted granted(const std::string& name, Token token, SessionId session,
                    const std::string& who = "someone");
HoldEnded ended(const std::string& name, Token token, SessionId session, EndReason reason,
                const std::string& who = "someone");
SetStatus write(const std::string& name, const std::string& state);

}  // namespace lock
