// Everything that ends by itself, in the order in which it does.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <string>

#include "core/lock/types.hpp"

namespace lock {

// The order of the fields is the order of ending: part of what is replicated.
struct Expiry {
  enum class Kind : std::uint8_t { session, hold, record };

  LogTime end;
  Kind kind;
  std::uint64_t id;  // session, token or revision
  auto operator<=>(const Expiry&) const = default;
};

class ExpiryQueue {
 public:
  // `name` of a hold or a record. The entry isn't there yet.
  void add(const Expiry& expiry, std::string name);
  // The entry is there.
  void remove(const Expiry& expiry);
  // To another, in place: no allocation. `from` is there.
  void move(const Expiry& from, LogTime to);

  std::optional<LogTime> next() const;
  // The first that `stamp` has reached, taken out.
  std::optional<std::pair<Expiry, std::string>> pop_due(LogTime stamp);

  const std::map<Expiry, std::string>& entries() const { return entries_; }

 private:
  std::map<Expiry, std::string> entries_;
};

}  // namespace lock
