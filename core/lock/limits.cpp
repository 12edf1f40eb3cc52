#include "core/lock/limits.hpp"

#include <array>
#include <functional>

#include "core/lock/machine.hpp"

namespace lock {
namespace {

constexpr std::uint64_t kHour = 3'600'000;
constexpr std::uint64_t kDay = 24 * kHour;

using Field = std::variant<std::size_t Limits::*, std::uint32_t Limits::*, bool Limits::*, Millis Limits::*>;
struct Bound {
  const char* name;
  Field field;
  std::uint64_t min;
  std::uint64_t max;
};

// By name. The length of a name and the bytes of a listing are fixed: check_name and frames rely on them. The
// least session never outlives the longest, whatever is set first. A value with its
// command fits into a log entry.
const Bound kBounds[] = {
    {"attempts_max", &Limits::attempts_max, 1, 1'000'000},
    {"audit_entries", &Limits::audit_entries, 0, 1'000'000},
    {"entries_per_hold", &Limits::entries_per_hold, 1, 10'000},
    {"evict_lru", &Limits::evict_lru, 0, 1},
    {"listed", &Limits::listed, 1, 100'000},
    {"lock_delay_max", &Limits::lock_delay_max, 0, 30 * kDay},
    {"locks", &Limits::locks, 1, 10'000'000},
    {"names_per_request", &Limits::names_per_request, 1, 256},
    {"record_bytes", &Limits::record_bytes, 1, std::uint64_t{1} << 36},
    {"record_ttl_max", &Limits::record_ttl_max, kHour, 3'650 * kDay},
    {"records", &Limits::records, 1, 10'000'000},
    {"replies_per_session", &Limits::replies_per_session, 1, 1'024},
    {"sessions", &Limits::sessions, 1, 1'000'000},
    {"text_bytes", &Limits::text_bytes, 64, 4'096},
    {"ttl_max", &Limits::ttl_max, 60'000, 30 * kDay},
    {"ttl_min", &Limits::ttl_min, 1, 60'000},
    {"value_bytes", &Limits::value_bytes, 1, 508 * 1024},
    {"waiters", &Limits::waiters, 1, 2'000'000},
    {"waiters_per_lock", &Limits::waiters_per_lock, 1, 200'000},
};

std::uint64_t get(const Limits& limits, const Field& field) {
  return std::visit(
      [&]<class T>(T Limits::*member) {
        if constexpr (std::is_same_v<T, Millis>) {
          return static_cast<std::uint64_t>((limits.*member).count());
        } else {
          return static_cast<std::uint64_t>(limits.*member);
        }
      },
      field);
}

void set(Limits& limits, const Field& field, std::uint64_t value) {
  std::visit(
      [&]<class T>(T Limits::*member) {
        if constexpr (std::is_same_v<T, Millis>) {
          limits.*member = Millis(static_cast<std::int64_t>(value));
        } else {
          limits.*member = static_cast<T>(value);
        }
      },
      field);
}

}  // namespace

std::vector<Setting> settings_of(const Limits& limits) {
  std::vector<Setting> settings;
  for (const Bound& bound : kBounds) settings.push_back({bound.name, get(limits, bound.field)});
  return settings;
}

base::Status apply_setting(Limits& limits, const Setting& setting) {
  std::string names;
  for (const Bound& bound : kBounds) {
    if (setting.name != bound.name) {
      names += names.empty() ? bound.name : std::string(", ") + bound.name;
      continue;
    }
    if (setting.value < bound.min || setting.value > bound.max) {
      return base::Error{setting.name + " is " + std::to_string(bound.min) + " to " +
                         std::to_string(bound.max) + ", not " + std::to_string(setting.value)};
    }
    set(limits, bound.field, setting.value);
    return base::Done{};
  }
  return base::Error{"there is no such setting; there are " + names};
}

Limits widest_limits(Limits limits) {
  for (const Bound& bound : kBounds) {
    const bool is_lower = std::string_view(bound.name) == "ttl_min";
    set(limits, bound.field, is_lower ? bound.min : bound.max);
  }
  return limits;
}

Reply Machine::configure(const Configure& request) {
  Limits limits = limits_;
  for (const Setting& setting : request.settings) {
    if (const auto status = apply_setting(limits, setting); !status) return Refused{status.error()};
  }
  limits_ = limits;
  return settings();
}

}  // namespace lock
