#include "core/lock/audit.hpp"

#include "core/base/check.hpp"

namespace lock {
namespace {

constexpr std::size_t kBuckets = 1024;

// FNV-1a (Fowler, Noll, Vo), 32 bits.
std::size_t bucket_of(const std::string& name) {
  std::uint32_t hash = 0x811C9DC5u;
  for (const char c : name) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x01000193u;
  return (hash ^ hash >> 16) % kBuckets;
}

}  // namespace

const char* name_of(AuditWhat what) {
  switch (what) {
    case AuditWhat::granted:
      return "granted";
    case AuditWhat::reentered:
      return "re-entered";
    case AuditWhat::downgraded:
      return "downgraded";
    case AuditWhat::released:
      return "released";
    case AuditWhat::closed:
      return "closed";
    case AuditWhat::expired:
      return "expired";
    case AuditWhat::over_max:
      return "over-max";
    case AuditWhat::broken:
      return "broken";
    case AuditWhat::superseded:
      return "superseded";
  }
  CHECK(!"a kind of audit entry");
  return "";
}

void Audit::add(std::uint64_t number, AuditRecord record, std::size_t max) {
  // Two at most: a bound that was lowered by very much is reached by and by.
  for (int i = 0; i < 2 && !entries_.empty() && entries_.size() >= max; ++i) entries_.erase(entries_.begin());
  if (max == 0) return;
  if (newest_.empty()) newest_.resize(kBuckets);
  auto& newest = newest_[bucket_of(record.name)];
  entries_.try_emplace(number, Entry{std::make_shared<const AuditRecord>(std::move(record)), newest});
  newest = number;
}

std::uint64_t Audit::last_before(const std::string& name, std::uint64_t number) const {
  return newest_.empty() ? 0 : find_from(name, newest_[bucket_of(name)], number);
}

std::uint64_t Audit::next_before(const std::string& name, std::uint64_t number) const {
  return find_from(name, entries_.at(number).before, number);
}

std::uint64_t Audit::find_from(const std::string& name, std::uint64_t at, std::uint64_t end) const {
  for (;;) {
    const auto entry = entries_.find(at);
    // What came before the oldest that is kept has gone.
    if (entry == entries_.end()) return 0;
    if (at < end && entry->second.record->name == name) return at;
    at = entry->second.before;
  }
}

}  // namespace lock
