#include "core/lock/lock_state.hpp"

#include <algorithm>

#include "core/lock/modes.hpp"

namespace lock {

std::optional<std::uint32_t> LockState::limit() const {
  if (!holders.empty()) {
    const auto* counted = std::get_if<Counted>(&holders.front().mode);
    if (counted != nullptr) return counted->limit;
  }
  if (queue.counts().counted() == 0) return std::nullopt;
  const auto* first = std::find_if(queue.begin(), queue.end(), [](const WaitQueue::Waiter& waiter) {
    return std::holds_alternative<Counted>(waiter.mode);
  });
  return std::get<Counted>(first->mode).limit;
}

const Holding* LockState::holding_of(SessionId owner) const {
  const auto at = std::find_if(holders.begin(), holders.end(),
                               [&](const Holding& holding) { return holding.owner == owner; });
  return at == holders.end() ? nullptr : &*at;
}

const Holding* LockState::find(Token token) const {
  const auto at = std::lower_bound(holders.begin(), holders.end(), token,
                                   [](const Holding& holding, Token t) { return holding.token < t; });
  return at == holders.end() || at->token != token ? nullptr : &*at;
}

bool LockState::is_in_the_way_of(const Mode& mode, const WaitQueue::Counts& earlier) const {
  if (!blocked_by.empty()) return true;
  if (!holders.empty() && !go_together(holders.front().mode, mode)) return true;
  if (earlier.all() != earlier.of[mode.index()]) return true;
  if (std::holds_alternative<Exclusive>(mode)) return earlier.exclusive() > 0;
  const auto* counted = std::get_if<Counted>(&mode);
  return counted != nullptr && holders.size() + earlier.counted() >= counted->limit;
}

}  // namespace lock
