#include "sim/schedule_fields.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "sim/crowd.hpp"

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

using Sites = std::vector<FaultSite>;

// Datagrams between servers, connections between a server and anybody else.
void add_links(const Scenario& scenario, std::uint32_t others, std::map<std::string, Sites>& streams) {
  const Sites datagrams = {FaultSite::loss, FaultSite::dup, FaultSite::reorder, FaultSite::corrupt};
  const Sites connections = {FaultSite::loss, FaultSite::corrupt};
  for (std::uint32_t s = 1; s <= scenario.machines(); ++s) {
    const auto server = "s" + std::to_string(s);
    for (std::uint32_t other = 1; other <= scenario.machines(); ++other) {
      if (other != s) streams["network " + server + ">s" + std::to_string(other)] = datagrams;
    }
    for (std::uint32_t c = 1; c <= others; ++c) {
      const auto client = "c" + std::to_string(c);
      for (const auto& name : {server + ">" + client, client + ">" + server})
        streams["network " + name] = connections;
    }
  }
}

// Every stream of a run, and the sites of its chances.
std::map<std::string, Sites> streams_of(const Scenario& scenario) {
  std::map<std::string, Sites> streams;
  for (const auto* name : {"faults", "pauses", "membership", "repairs", "sizes", "network rates"})
    streams[name] = {};
  Sites disk = {FaultSite::crash_before, FaultSite::crash_after, FaultSite::read_error,
                FaultSite::write_error,  FaultSite::sync_error,  FaultSite::lost,
                FaultSite::rot};
  if (scenario.store == StoreKind::sqlite) {
    disk.insert(disk.end(), {FaultSite::torn, FaultSite::power_cut});
    streams["sqlite"] = {};
  }
  for (std::uint32_t server = 1; server <= scenario.machines(); ++server) {
    const auto number = std::to_string(server);
    for (const auto* name : {"clock s", "elections ", "cpu "}) streams[name + number] = {};
    streams["disk " + number] = disk;
    streams["timer " + number] = {FaultSite::late_timer};
  }
  for (std::uint32_t client = 1; client <= scenario.clients; ++client) {
    for (const auto* name : {"clock c", "client "}) streams[name + std::to_string(client)] = {};
  }
  if (scenario.has_operator()) streams["operator"] = {};
  const bool crowded = std::ranges::any_of(
      scenario.timeline, [](const Step& step) { return std::holds_alternative<Flood>(step.action); });
  for (std::uint32_t i = 1; crowded && i <= kCrowd; ++i) streams["crowd " + std::to_string(i)] = {};
  // The operator's place lies behind the clients', whether or not there is one.
  add_links(scenario, scenario.clients + 1 + (crowded ? kCrowd : 0), streams);
  return streams;
}

std::string unknown_stream(const std::string& name, const std::map<std::string, Sites>& streams) {
  std::vector<std::string> known;
  for (const auto& [stream, sites] : streams) known.push_back(stream);
  auto meant = suggestion(name, known);
  if (!meant.starts_with(", did")) meant = "; streams are such as 'network s1>c2', 'disk 1', 'client 1'";
  return "this scenario has no stream '" + name + "'" + meant;
}

bool has_site(const Sites& sites, FaultSite site) {
  return std::ranges::find(sites, site) != sites.end();
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

void check_schedule(const Field& field, const Scenario& scenario) {
  const auto streams = streams_of(scenario);
  if (const auto f = field.find("draws")) {
    for (const auto& [stream, values] : f->members()) {
      if (!streams.contains(stream)) return values.fail(unknown_stream(stream, streams));
    }
  }
  const auto flips = field.find("flips");
  if (!flips) return;
  for (const auto& flip : flips->elements()) {
    const auto read = read_flip(flip);
    const auto at = streams.find(read.stream);
    if (at == streams.end()) return flip.fail(unknown_stream(read.stream, streams));
    if (has_site(at->second, read.site)) continue;
    std::string known;
    for (const auto site : at->second) known += (known.empty() ? "" : ", ") + std::string(name_of(site));
    return flip.fail("no " + std::string(name_of(read.site)) + " strikes in the stream '" + read.stream +
                     "'" + (known.empty() ? "" : ": there strike " + known));
  }
}

Schedule possible(Schedule schedule, const Scenario& scenario) {
  const auto streams = streams_of(scenario);
  std::erase_if(schedule.draws, [&](const auto& draws) { return !streams.contains(draws.first); });
  std::erase_if(schedule.flips, [&](const Flip& flip) {
    const auto at = streams.find(flip.stream);
    return at == streams.end() || !has_site(at->second, flip.site);
  });
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
