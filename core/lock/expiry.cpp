#include "core/lock/expiry.hpp"

#include <utility>

#include "core/base/check.hpp"

namespace lock {

void ExpiryQueue::add(const Expiry& expiry, std::string name) {
  const bool added = entries_.emplace(expiry, std::move(name)).second;
  CHECK(added);
}

void ExpiryQueue::remove(const Expiry& expiry) {
  const bool removed = entries_.erase(expiry) == 1;
  CHECK(removed);
}

void ExpiryQueue::move(const Expiry& from, LogTime to) {
  if (from.end == to) return;
  auto node = entries_.extract(from);
  CHECK(!node.empty());
  node.key().end = to;
  const bool moved = entries_.insert(std::move(node)).inserted;
  CHECK(moved);
}

std::optional<LogTime> ExpiryQueue::next() const {
  if (entries_.empty()) return std::nullopt;
  return entries_.begin()->first.end;
}

std::optional<std::pair<Expiry, std::string>> ExpiryQueue::pop_due(LogTime stamp) {
  if (entries_.empty() || entries_.begin()->first.end > stamp) return std::nullopt;
  auto node = entries_.extract(entries_.begin());
  return std::pair(node.key(), std::move(node.mapped()));
}

}  // namespace lock
