#include "core/lock/expiry.hpp"

#include <utility>

#include "core/base/check.hpp"

namespace lock {

void ExpiryQueue::add(const Expiry& expiry, std::string name) {
  const bool added = entries_.try_emplace(expiry, std::move(name)).second;
  CHECK(added);
}

void ExpiryQueue::remove(const Expiry& expiry) {
  const bool removed = entries_.erase(expiry) == 1;
  CHECK(removed);
}

void ExpiryQueue::move(const Expiry& from, LogTime to) {
  if (from.end == to) return;
  auto at = entries_.find(from);
  CHECK(at != entries_.end());
  std::string name = std::move(entries_.edit(at));
  entries_.erase(at);
  add({to, from.kind, from.id}, std::move(name));
}

std::optional<LogTime> ExpiryQueue::next() const {
  if (entries_.empty()) return std::nullopt;
  return entries_.begin()->first.end;
}

std::optional<std::pair<Expiry, std::string>> ExpiryQueue::pop_due(LogTime stamp) {
  auto first = entries_.begin();
  if (first == entries_.end() || first->first.end > stamp) return std::nullopt;
  std::pair due(first->first, std::move(entries_.edit(first)));
  entries_.erase(first);
  return due;
}

}  // namespace lock
