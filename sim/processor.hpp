// A server's processor where messages cost it time: what arrives meanwhile waits, servers' messages before
// clients', as lockd takes them.
#pragma once

#include <deque>
#include <optional>

#include "sim/coverage.hpp"
#include "sim/distribution.hpp"
#include "sim/draws.hpp"
#include "sim/queue.hpp"

namespace sim {

class Processor {
 public:
  // `cost_ns` a message; nothing: they cost nothing, and nothing may be taken up.
  Processor(Queue& queue, Coverage& coverage, std::optional<Distribution> cost_ns, Draws& random);

  bool is_slow() const { return cost_ns_.has_value(); }
  // A peer_frame or segment; done with at an EventKind::server_turn of the same actor and `epoch`.
  void take(Event event, std::uint32_t epoch);
  // EventKind::server_turn has come: the message that is to be handled.
  Event done();
  // A crash: whatever waits is lost.
  void clear();

 private:
  void begin();

  Queue& queue_;
  Coverage& coverage_;
  std::optional<Distribution> cost_ns_;
  Draws& random_;
  std::deque<Event> from_servers_;
  std::deque<Event> from_clients_;
  std::optional<Event> at_;  // it works at this one
  std::uint32_t epoch_ = 0;
};

}  // namespace sim
