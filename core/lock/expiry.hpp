// Everything that ends by itself, in the order in which it does.
#pragma once

#include <compare>
#include <optional>
#include <string>

#include "core/base/cow_map.hpp"
#include "core/lock/types.hpp"

namespace lock {

// The order of the fields is the order of ending: part of what is replicated.
struct Expiry {
  // hold: the lease of its detached entries; max: its maximum; block: that of a hold which has ended.
  enum class Kind : std::uint8_t { session, hold, max, record, block, rest };

  LogTime end;
  Kind kind;
  std::uint64_t id;  // session, token or revision; 0 of the rest, of which there is one
  auto operator<=>(const Expiry&) const = default;
};

class ExpiryQueue {
 public:
  using Entries = base::CowMap<Expiry, std::string>;

  // `name` of a record. The entry isn't there yet.
  void add(const Expiry& expiry, std::string name = {});
  // The entry is there.
  void remove(const Expiry& expiry);
  // To another time. `from` is there.
  void move(const Expiry& from, LogTime to);

  std::optional<LogTime> next() const;
  // The first that `stamp` has reached, taken out.
  std::optional<std::pair<Expiry, std::string>> pop_due(LogTime stamp);

  const Entries& entries() const { return entries_; }
  // As base::CowMap::shed.
  bool shed(std::size_t& budget) { return entries_.shed(budget); }

 private:
  Entries entries_;
};

}  // namespace lock
