#include "sim/outcome_line.hpp"

#include <nlohmann/json.hpp>

namespace sim {

using nlohmann::json;
using nlohmann::ordered_json;

ordered_json to_json(const Outcome& outcome, const std::vector<State>& states) {
  ordered_json line{{"seed", outcome.seed},
                    {"digest", outcome.digest},
                    {"events", outcome.events},
                    {"sim_ns", outcome.simulated.count()},
                    {"ops", outcome.operations}};
  if (outcome.inconclusive) line["inconclusive"] = *outcome.inconclusive;
  if (outcome.violation) {
    line["check"] = outcome.violation->check;
    line["what"] = outcome.violation->what;
    line["lines"] = outcome.violation->lines;
  }
  if (!outcome.idle.empty()) line["idle"] = outcome.idle;
  line["coverage"] = outcome.coverage;
  line["states"] = states;
  return line;
}

Outcome outcome_of(const json& line) {
  Outcome outcome;
  outcome.seed = line.at("seed");
  outcome.digest = line.at("digest");
  outcome.events = line.at("events");
  outcome.simulated = Time(line.at("sim_ns").get<std::int64_t>());
  outcome.operations = line.at("ops");
  for (const auto& [counter, value] : line.at("coverage").items())
    outcome.coverage[counter] = value.get<std::uint64_t>();
  outcome.states = line.at("states").get<std::vector<State>>();
  if (line.contains("idle")) outcome.idle = line.at("idle").get<std::vector<std::string>>();
  if (line.contains("inconclusive")) outcome.inconclusive = line.at("inconclusive").get<std::string>();
  if (line.contains("check")) {
    outcome.violation =
        Violation{line.at("check"), line.at("what"), line.at("lines").get<std::vector<std::string>>()};
  }
  return outcome;
}

std::string line_of(const ordered_json& object) {
  return object.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace sim
