// Parts of a story's text.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sim/queue.hpp"

namespace sim {

// What a partition was before it was told link by link; never leaves memory.
inline constexpr const char* kWas = "~was";

std::string place_name(Place place, std::uint32_t machines);
// A single one alone, others as a list.
nlohmann::ordered_json place_names(const std::vector<Place>& places, std::uint32_t machines);
// In seconds, to the nanosecond.
std::string exact(Duration duration);
// When a step strikes; nothing: at no fixed time.
std::optional<Time> step_time(const nlohmann::ordered_json& step);

}  // namespace sim
