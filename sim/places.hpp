// Words for places in a scenario: server:2, client:any, zone:Z.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/fields.hpp"
#include "sim/scenario.hpp"

namespace sim {

// `text` begins with `prefix`; what follows is a number from 1 to `greatest`, or `any`: nothing.
std::optional<std::uint32_t> read_number(const Field& field, const std::string& text, std::string_view prefix,
                                         std::uint32_t greatest);

// Who is in zone:Z, which `text` begins with.
std::vector<Place> read_zone(const Field& field, const std::string& text, const Scenario& scenario);

// `text` is server:N, server:any, client:N, client:any, zone:Z, or any; `field` is blamed where it is not.
std::vector<Place> read_places(const Field& field, const std::string& text, const Scenario& scenario);

// `cluster.zones`, after the numbers of servers and clients: {"a": [1, 2, "client:3"], …}.
void read_zones(const Field& field, Scenario& scenario);

}  // namespace sim
