#include "sim/queue.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"

namespace sim {

const char* name_of(EventKind kind) {
  switch (kind) {
    case EventKind::peer_frame:
      return "peer_frame";
    case EventKind::segment:
      return "segment";
    case EventKind::reset:
      return "reset";
    case EventKind::resend:
      return "resend";
    case EventKind::server_run:
      return "server_run";
    case EventKind::server_turn:
      return "server_turn";
    case EventKind::server_wake:
      return "server_wake";
    case EventKind::disk_done:
      return "disk_done";
    case EventKind::client_wake:
      return "client_wake";
    case EventKind::client_alarm:
      return "client_alarm";
    case EventKind::client_belief:
      return "client_belief";
    case EventKind::store_request:
      return "store_request";
    case EventKind::store_reply:
      return "store_reply";
    case EventKind::timeline:
      return "timeline";
    case EventKind::fault_ends:
      return "fault_ends";
    case EventKind::start_again:
      return "start_again";
    case EventKind::retire:
      return "retire";
    case EventKind::phase:
      return "phase";
  }
  return "?";
}

void Queue::push(Time at, Event event) {
  std::uint32_t slot = 0;
  if (free_.empty()) {
    slot = static_cast<std::uint32_t>(slots_.size());
    slots_.push_back(std::move(event));
  } else {
    slot = free_.back();
    free_.pop_back();
    slots_[slot] = std::move(event);
  }
  heap_.push_back({std::max(at, now_), ++sequence_, slot});
  std::push_heap(heap_.begin(), heap_.end(), later);
}

Event Queue::pop() {
  CHECK(!heap_.empty());
  std::pop_heap(heap_.begin(), heap_.end(), later);
  const Key key = heap_.back();
  heap_.pop_back();
  now_ = key.at;
  ++popped_;
  free_.push_back(key.slot);
  return std::exchange(slots_[key.slot], Event{});
}

}  // namespace sim
