// What is bounded, and the settings by which an operator moves the bounds.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/lock/types.hpp"

namespace lock {

// Every server enforces the same bounds, so they are part of what is replicated and never of one server's
// configuration: a cluster begins with these, and Configure moves those that settings_of() lists. A lower
// bound ends nothing that is there; it refuses what would be new.
struct Limits {
  std::size_t name_bytes = 256;
  std::size_t value_bytes = 64 * 1024;
  std::size_t text_bytes = 256;        // a note, a client's description, a state, a reason
  std::size_t names_per_request = 16;  // of an Acquire
  std::size_t entries_per_hold = 64;   // how often one owner may re-enter
  std::size_t sessions = 100'000;
  std::size_t waiters_per_lock = 20'000;
  std::size_t waiters = 200'000;
  std::size_t locks = 1'000'000;  // names that are held
  std::size_t records = 1'000'000;
  std::size_t record_bytes = 256u << 20;  // names and values of all records together
  bool evict_lru = false;                 // at that bound: finished records go, else new ones are refused
  std::size_t audit_entries = 100'000;    // the oldest go
  std::size_t replies_per_session = 64;   // kept for retries until acknowledged
  std::size_t listed = 1'000;             // rows in one answer to a listing
  std::size_t listed_bytes =
      1u << 20;  // and their bytes, so that an answer fits a frame; one row always does
  Millis ttl_min{100};
  Millis ttl_max{24 * 3600 * 1000};
  Millis lock_delay_max{3600 * 1000};
  Millis record_ttl_max{365LL * 24 * 3600 * 1000};
  std::uint32_t attempts_max = 1'000;  // of a once
};

// One bound by name, such as waiters_per_lock; a time in milliseconds, a switch 0 or 1.
struct Setting {
  std::string name;
  std::uint64_t value = 0;
  bool operator==(const Setting&) const = default;
};

// Those that can be moved, in the order of their names.
std::vector<Setting> settings_of(const Limits& limits);
// Changes what `setting` names. Refuses an unknown name (and tells the nearest or all), and a value that is
// out of the bounds of the bound, in one line.
base::Status apply_setting(Limits& limits, const Setting& setting);
// With every bound that can be moved as wide as it can be: what a machine holds was within that when it came.
Limits widest_limits(Limits limits);

}  // namespace lock
