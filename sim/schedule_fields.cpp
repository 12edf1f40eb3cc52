#include "sim/schedule_fields.hpp"

#include <limits>
#include <nlohmann/json.hpp>

namespace sim {

namespace {

constexpr std::int64_t kGreatest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kSeedMax = std::int64_t{1} << 53;

std::uint64_t read_number(const Field& field, std::int64_t least = 0) {
  return static_cast<std::uint64_t>(field.integer(least, kGreatest));
}

// Values go over all of 64 bits, beyond what is a number in JSON everywhere: those are texts.
std::uint64_t read_value(const Field& field) {
  if (!field.is_string()) return read_number(field);
  std::uint64_t value = 0;
  const auto text = field.text();
  const bool digits =
      !text.empty() && text.size() <= 20 && text.find_first_not_of("0123456789") == std::string::npos;
  for (const char c : digits ? text : std::string()) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (~std::uint64_t{0} - digit) / 10) return field.fail("expected at most 2^64 - 1"), value;
    value = value * 10 + digit;
  }
  if (!digits) field.fail("expected a whole number, not '" + text + "'");
  return value;
}

// [[first, value, value…], …]: values of draws in succession, from the number `first` on.
Overrides read_draws(const Field& field) {
  Overrides overrides;
  for (const auto& run : field.elements()) {
    const auto numbers = run.elements();
    if (numbers.size() < 2) return run.fail("expected [number of the draw, value, …]"), overrides;
    auto number = read_number(numbers[0]);
    if (!overrides.empty() && number <= overrides.back().first)
      return run.fail("draws come in the order of their numbers"), overrides;
    for (std::size_t i = 1; i < numbers.size(); ++i) overrides.emplace_back(number++, read_value(numbers[i]));
  }
  return overrides;
}

Flip read_flip(const Field& field) {
  const auto parts = field.elements();
  if (parts.size() != 3)
    return field.fail("expected [stream, site, k], such as [\"disk 2\", \"sync_error\", 4]"), Flip{};
  std::vector<std::string> sites;
  for (std::size_t i = 1; i < kFaultSites; ++i) sites.emplace_back(name_of(static_cast<FaultSite>(i)));
  Flip flip;
  flip.stream = parts[0].text();
  flip.site = fault_site_named(parts[1].name("site", sites)).value_or(FaultSite::other);
  flip.k = read_number(parts[2], 1);
  return flip;
}

nlohmann::ordered_json write_draws(const Overrides& overrides) {
  auto runs = nlohmann::ordered_json::array();
  std::uint64_t next = 0;
  for (const auto& [number, value] : overrides) {
    if (runs.empty() || number != next) runs.push_back({number});
    if (value <= static_cast<std::uint64_t>(kSeedMax)) {
      runs.back().push_back(value);
    } else {
      runs.back().push_back(std::to_string(value));
    }
    next = number + 1;
  }
  return runs;
}

}  // namespace

Schedule read_schedule(const Field& field) {
  Schedule schedule;
  field.only({"plain", "seed", "draws", "flips"});
  const auto plain = field.find("plain");
  const auto seed = field.find("seed");
  if (seed) schedule.seed = static_cast<std::uint64_t>(seed->integer(0, kSeedMax));
  if (plain) plain->only_true();
  if (plain.has_value() == seed.has_value()) field.fail("expected either 'plain': true or 'seed'");
  if (const auto f = field.find("draws")) {
    for (const auto& [stream, values] : f->members()) schedule.draws[stream] = read_draws(values);
  }
  if (const auto f = field.find("flips")) {
    for (const auto& flip : f->elements()) schedule.flips.push_back(read_flip(flip));
  }
  return schedule;
}

nlohmann::ordered_json write_schedule(const Schedule& schedule) {
  nlohmann::ordered_json json;
  if (schedule.seed) {
    json["seed"] = *schedule.seed;
  } else {
    json["plain"] = true;
  }
  for (const auto& [stream, overrides] : schedule.draws) {
    if (!overrides.empty()) json["draws"][stream] = write_draws(overrides);
  }
  for (const auto& flip : schedule.flips) json["flips"].push_back({flip.stream, name_of(flip.site), flip.k});
  return json;
}

}  // namespace sim
