// The one queue of a simulated world, ordered by time and then by the order of asking.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/time.hpp"

namespace sim {

using base::Duration;
using base::Instant;
// Of the world, since it began: what no actor in it can see.
using Time = base::Duration;

// An actor: servers from 0 on, then clients.
using Place = std::uint32_t;
constexpr Place kNobody = ~Place{0};

enum class EventKind : std::uint8_t {
  peer_frame,  // id: the place it comes from, and the node it is for above that; detail: the node it is from
  segment,     // id: the connection; detail: its number among those that went this way
  reset,       // id: the connection; detail: 1 where its own machine gave up
  resend,      // id: the connection; detail: which way
  server_run,
  server_turn,  // a server's processor is done with a message
  server_wake,
  disk_done,
  client_wake,
  client_alarm,
  client_belief,
  store_request,  // id: the request
  store_reply,    // id: the request
  timeline,       // id: the entry
  fault_ends,     // id: the fault
  start_again,    // detail: the place, whose server its disk has stopped
  retire,         // id: the node, which is no member any more; detail: its place
  phase,          // the timeline is over, or the time for converging
};
const char* name_of(EventKind kind);

struct Event {
  EventKind kind = EventKind::phase;
  Place actor = kNobody;    // whose processor it needs: waits while that one is paused
  std::uint32_t epoch = 0;  // of the actor's run: nothing where that has ended
  std::uint32_t detail = 0;
  std::uint64_t id = 0;
  std::string bytes = {};
  bool arrived = false;  // at its machine, which was paused
};

class Queue {
 public:
  Time now() const { return now_; }
  // `at` in the past counts as now.
  void push(Time at, Event event);
  bool empty() const { return heap_.empty(); }
  // When the next one is due. Only while not empty().
  Time next() const { return heap_.front().at; }
  // Moves now() forward. Only while not empty().
  Event pop();
  std::uint64_t popped() const { return popped_; }
  // Everything that is on its way, in no order.
  template <class See>
  void each(See see) const {
    for (const auto& key : heap_) see(key.at, slots_[key.slot]);
  }

 private:
  // What the heap moves about is small; the events lie still in slots that are used again.
  struct Key {
    Time at;
    std::uint64_t sequence;
    std::uint32_t slot;
  };
  static bool later(const Key& a, const Key& b) {
    return a.at != b.at ? a.at > b.at : a.sequence > b.sequence;
  }

  std::vector<Key> heap_;
  std::vector<Event> slots_;
  std::vector<std::uint32_t> free_;
  Time now_{0};
  std::uint64_t sequence_ = 0;
  std::uint64_t popped_ = 0;
};

}  // namespace sim
