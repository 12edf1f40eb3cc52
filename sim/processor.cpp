#include "sim/processor.hpp"

#include <utility>

#include "core/base/check.hpp"

namespace sim {

Processor::Processor(Queue& queue, Coverage& coverage, std::optional<Distribution> cost_ns, Draws& random)
    : queue_(queue), coverage_(coverage), cost_ns_(std::move(cost_ns)), random_(random) {}

void Processor::take(Event event, std::uint32_t epoch) {
  CHECK(is_slow());
  epoch_ = epoch;
  auto& line = event.kind == EventKind::peer_frame ? from_servers_ : from_clients_;
  line.push_back(std::move(event));
  if (at_) return count(coverage_, "messages_queued");
  begin();
}

void Processor::begin() {
  auto& line = from_servers_.empty() ? from_clients_ : from_servers_;
  if (line.empty()) return;
  at_ = std::move(line.front());
  line.pop_front();
  queue_.push(queue_.now() + Duration(cost_ns_->sample(random_)),
              {.kind = EventKind::server_turn, .actor = at_->actor, .epoch = epoch_});
}

Event Processor::done() {
  CHECK(at_);
  auto event = std::move(*at_);
  at_.reset();
  begin();
  return event;
}

void Processor::clear() {
  from_servers_.clear();
  from_clients_.clear();
  at_.reset();
}

}  // namespace sim
