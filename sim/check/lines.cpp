#include "sim/check/lines.hpp"

#include <algorithm>

namespace check {

namespace {

// Readers go with readers; as many counted ones as the limit says go together; a writer is alone.
bool has_room(const lock::LockState& lock, const lock::Mode& wanted) {
  const auto& holders = lock.holders;
  if (holders.empty()) return true;
  const auto all = [&](auto is) { return std::all_of(holders.begin(), holders.end(), is); };
  if (std::holds_alternative<lock::Shared>(wanted))
    return all([](const auto& one) { return std::holds_alternative<lock::Shared>(one.mode); });
  const auto* counted = std::get_if<lock::Counted>(&wanted);
  return counted && holders.size() < counted->limit &&
         all([](const auto& one) { return std::holds_alternative<lock::Counted>(one.mode); });
}

}  // namespace

std::optional<std::string> waits_in_vain(const lock::Machine& machine) {
  if (machine.rest()) return std::nullopt;
  for (const auto& [name, lock] : machine.locks()) {
    if (lock.queue.empty() || !lock.blocked_by.empty()) continue;
    const auto& first = *lock.queue.begin();
    const auto session = machine.sessions().find(first.session);
    if (session == machine.sessions().end()) continue;
    const auto waiting = session->second.waiting.find(first.sequence);
    const bool for_this_alone = waiting != session->second.waiting.end() && waiting->second.locks.size() == 1;
    if (!for_this_alone || !has_room(lock, first.mode)) continue;
    return "session " + std::to_string(first.session.value) + " stands first in line for '" + name +
           "', and nobody is in its way";
  }
  return std::nullopt;
}

}  // namespace check
