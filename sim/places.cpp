#include "sim/places.hpp"

#include <charconv>

namespace sim {

namespace {

std::vector<Place> range(Place first, Place end) {
  std::vector<Place> places;
  for (auto place = first; place < end; ++place) places.push_back(place);
  return places;
}

}  // namespace

std::optional<std::uint32_t> read_number(const Field& field, const std::string& text, std::string_view prefix,
                                         std::uint32_t greatest) {
  const auto digits = std::string_view(text).substr(prefix.size());
  if (digits == "any") return std::nullopt;
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error == std::errc() && end == digits.data() + digits.size() && number >= 1 && number <= greatest)
    return number;
  field.fail("expected " + std::string(prefix) + "1 to " + std::string(prefix) + std::to_string(greatest) +
             ", not '" + text + "'");
  return 1;
}

std::vector<Place> read_zone(const Field& field, const std::string& text, const Scenario& scenario) {
  const auto name = text.substr(std::string_view("zone:").size());
  const auto zone = scenario.zones.find(name);
  if (zone != scenario.zones.end()) return zone->second;
  std::vector<std::string> known;
  for (const auto& [other, places] : scenario.zones) known.push_back(other);
  field.fail(known.empty() ? "there are no zones; cluster.zones names them"
                           : "unknown zone '" + name + "'" + suggestion(name, known));
  return {};
}

std::vector<Place> read_places(const Field& field, const std::string& text, const Scenario& scenario) {
  const auto machines = scenario.machines();
  if (text == "any") return range(0, machines + scenario.clients);
  if (text.rfind("server:", 0) == 0) {
    const auto number = read_number(field, text, "server:", machines);
    return number ? range(*number - 1, *number) : range(0, machines);
  }
  if (text.rfind("client:", 0) == 0) {
    const auto number = read_number(field, text, "client:", scenario.clients);
    return number ? range(machines + *number - 1, machines + *number)
                  : range(machines, machines + scenario.clients);
  }
  if (text.rfind("zone:", 0) == 0) return read_zone(field, text, scenario);
  field.fail("unknown place '" + text + "'" +
             suggestion(text, {"server:N", "server:any", "client:N", "client:any", "zone:Z", "any"}));
  return {};
}

void read_zones(const Field& field, Scenario& scenario) {
  for (const auto& [name, members] : field.members()) {
    auto& zone = scenario.zones[name];
    for (const auto& member : members.elements()) {
      if (member.is_string()) {
        const auto places = read_places(member, member.text(), scenario);
        zone.insert(zone.end(), places.begin(), places.end());
      } else {
        zone.push_back(static_cast<Place>(member.integer(1, scenario.machines()) - 1));
      }
    }
    if (zone.empty()) members.fail("expected at least one server or client");
  }
}

}  // namespace sim
