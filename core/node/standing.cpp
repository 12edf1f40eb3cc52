// Queries that stand until something happens: waits for a status, and watches.
#include <utility>

#include "core/node/node.hpp"

namespace node {

void Node::wait(Ticket ticket, const lock::WaitStatus& wait) {
  // Of a name that can't be, it would wait for ever.
  if (const auto name = lock::check_name(wait.name); !name) {
    return respond(ticket, lock::Refused{name.error()});
  }
  if (machine_.wait_is_over(wait)) return respond(ticket, machine_.view(wait.name, read_time()));
  if (gone_.erase(ticket)) return;
  awaited_[wait.name].emplace(ticket, wait);
  standing_[ticket] = Awaiting{wait.name};
}

// All of them are told the same, however many they are: looked at once, its value shared.
void Node::answer_waits(const std::string& name) {
  const auto awaited = awaited_.find(name);
  if (awaited == awaited_.end()) return;
  std::optional<lock::NameView> view;
  std::erase_if(awaited->second, [&](const auto& waiting) {
    if (!machine_.wait_is_over(waiting.second)) return false;
    if (!view) view = machine_.view(name, read_time());
    standing_.erase(waiting.first);
    ++counters_.waits_answered;
    respond(waiting.first, *view);
    return true;
  });
  if (awaited->second.empty()) awaited_.erase(awaited);
}

void Node::stand(Ticket ticket, const lock::Watch& watch) {
  if (const auto name = Watches::check(watch); !name) return respond(ticket, lock::Refused{name.error()});
  if (gone_.erase(ticket)) return;
  auto missed = watches_.stand(ticket, watch);
  standing_[ticket] = Watching{watch.name};
  ++counters_.watch_messages;
  if (missed) return respond(ticket, std::move(*missed));
  ++counters_.watch_resets;
  respond(ticket, reset_of(watch.name));
}

// Everything that the step has applied, as one message each.
void Node::tell_watches() {
  std::optional<lock::Reset> reset;
  std::string reset_name;
  for (auto& told : watches_.tell()) {
    ++counters_.watch_messages;
    if (told.changes) {
      respond(told.ticket, std::move(*told.changes));
      continue;
    }
    ++counters_.watch_resets;
    if (!reset || reset_name != told.name) reset = reset_of(reset_name = told.name);
    respond(told.ticket, *reset);
  }
}

lock::Reset Node::reset_of(const std::string& name) const {
  if (!name.empty() && name.back() != '/') return {applied_.value, {machine_.view(name, read_time())}, false};
  auto listing = machine_.list(name, "", read_time());
  return {applied_.value, std::move(listing.names), listing.more};
}

// Whoever hears no leader doesn't learn of changes: ask another server.
void Node::bounce_waits() {
  for (const auto& [name, waits] : std::exchange(awaited_, {})) {
    for (const auto& [ticket, wait] : waits) {
      standing_.erase(ticket);
      respond(ticket, redirection());
    }
  }
  for (const auto& [index, readings] : std::exchange(confirmed_, {})) {
    for (const auto& reading : readings) respond(reading.ticket, redirection());
  }
}

void Node::bounce_watches() {
  for (const Ticket ticket : watches_.bounce()) {
    standing_.erase(ticket);
    respond(ticket, redirection());
  }
}

}  // namespace node
