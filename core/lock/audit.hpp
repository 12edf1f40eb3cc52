// What happened to names, to be read back: the newest entries, found by name.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/cow_map.hpp"
#include "core/lock/types.hpp"

namespace lock {

enum class AuditWhat : std::uint8_t {
  granted = 1,
  reentered,
  downgraded,
  released,
  closed,
  expired,
  over_max,
  broken,
  superseded
};
inline constexpr std::uint8_t kAuditWhatMax = 9;
const char* name_of(AuditWhat what);

struct AuditRecord {
  std::string name;
  AuditWhat what = AuditWhat::granted;
  Token token;
  base::Bytes who;
  std::string why;
  LogTime at;
};

// Entries have rising numbers; the oldest go. An entry knows the one before it whose name falls into the same
// bucket, so that neither a new one nor the loss of an old one costs a search by name.
class Audit {
 public:
  struct Entry {
    std::shared_ptr<const AuditRecord> record;
    std::uint64_t before = 0;
  };
  using Entries = base::CowMap<std::uint64_t, Entry>;

  // Keeps `max` entries; where there are more, fewer with every new one.
  void add(std::uint64_t number, AuditRecord record, std::size_t max);
  // The newest of that name whose number is below `number`; 0: none.
  std::uint64_t last_before(const std::string& name, std::uint64_t number) const;
  // The one of that name before entry `number`, which is there; 0: none.
  std::uint64_t next_before(const std::string& name, std::uint64_t number) const;

  const Entries& entries() const { return entries_; }
  const AuditRecord& at(std::uint64_t number) const { return *entries_.at(number).record; }
  // As base::CowMap::shed.
  bool shed(std::size_t& budget) { return entries_.shed(budget); }

 private:
  std::uint64_t find_from(const std::string& name, std::uint64_t at, std::uint64_t end) const;

  Entries entries_;
  std::vector<std::uint64_t> newest_;  // by bucket; none before the first entry
};

}  // namespace lock
