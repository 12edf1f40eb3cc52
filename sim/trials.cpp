#include "sim/trials.hpp"

#include <nlohmann/json.hpp>

#include "sim/children.hpp"

namespace sim {

namespace {

using nlohmann::json;

json to_json(const Outcome& outcome) {
  json line{{"digest", outcome.digest},
            {"events", outcome.events},
            {"operations", outcome.operations},
            {"sim_ns", outcome.simulated.count()}};
  if (outcome.inconclusive) line["inconclusive"] = *outcome.inconclusive;
  if (outcome.violation) {
    line["check"] = outcome.violation->check;
    line["what"] = outcome.violation->what;
    line["lines"] = outcome.violation->lines;
  }
  return line;
}

Tried tried_of(const json& line) {
  Tried tried;
  tried.digest = line.at("digest");
  tried.events = line.at("events");
  tried.operations = line.at("operations");
  tried.simulated = Time(line.at("sim_ns").get<std::int64_t>());
  if (line.contains("inconclusive")) tried.inconclusive = line.at("inconclusive").get<std::string>();
  if (line.contains("check"))
    tried.violation =
        Violation{line.at("check"), line.at("what"), line.at("lines").get<std::vector<std::string>>()};
  return tried;
}

Tried death(const std::string& how) {
  Tried tried;
  tried.violation = Violation{"core_check", "the process that ran it died with " + how, {}};
  return tried;
}

std::string dump(const json& line) {
  return line.dump(-1, ' ', false, json::error_handler_t::replace);
}

json to_json(const Deed& deed) {
  return {deed.step, deed.at.count(), deed.targets, deed.cut, deed.ended ? deed.ended->count() : -1};
}

Deed deed_of(const json& line) {
  Deed deed;
  deed.step = line.at(0);
  deed.at = Time(line.at(1).get<std::int64_t>());
  deed.targets = line.at(2).get<std::vector<Place>>();
  deed.cut = line.at(3).get<Network::Cut>();
  if (const auto ended = line.at(4).get<std::int64_t>(); ended >= 0) deed.ended = Time(ended);
  return deed;
}

json to_json(const Recording::Stream& stream) {
  std::vector<std::uint64_t> written;  // number, value, number, value, …
  for (std::size_t i = 0; i < stream.draws.size(); ++i) {
    if (stream.draws[i].value == stream.draws[i].plain) continue;
    written.push_back(i);
    written.push_back(stream.draws[i].value);
  }
  return {stream.draws.size(), written, std::vector<std::uint64_t>(stream.sites, stream.sites + kFaultSites)};
}

std::string run_closely(const Scenario& scenario) {
  Recording recording;
  std::vector<Deed> deeds;
  RunOptions options;
  options.recording = &recording;
  options.deeds = &deeds;
  auto line = to_json(run_seed(scenario, scenario.seeds.front(), options));
  line["deeds"] = json::array();
  for (const auto& deed : deeds) line["deeds"].push_back(to_json(deed));
  line["streams"] = json::object();
  for (const auto& [name, stream] : recording.streams) line["streams"][name] = to_json(stream);
  return dump(line);
}

}  // namespace

std::vector<Tried> try_each(const std::vector<Scenario>& scenarios, unsigned jobs) {
  const auto answers = each_in_a_process(scenarios.size(), jobs, [&](std::size_t i) {
    return dump(to_json(run_seed(scenarios[i], scenarios[i].seeds.front())));
  });
  std::vector<Tried> tried;
  for (const auto& answer : answers)
    tried.push_back(answer.died ? death(*answer.died) : tried_of(json::parse(answer.text)));
  return tried;
}

Traced trace_one(const Scenario& scenario) {
  const auto answer = each_in_a_process(1, 1, [&](std::size_t) { return run_closely(scenario); }).front();
  Traced traced;
  if (answer.died) return traced.tried = death(*answer.died), traced;
  const auto line = json::parse(answer.text);
  traced.tried = tried_of(line);
  for (const auto& deed : line.at("deeds")) traced.deeds.push_back(deed_of(deed));
  if (scenario.schedule) traced.written.flips = scenario.schedule->flips;
  for (const auto& [name, stream] : line.at("streams").items()) {
    traced.draws += stream.at(0).get<std::uint64_t>();
    const auto& written = stream.at(1);
    for (std::size_t i = 0; i < written.size(); i += 2)
      traced.written.draws[name].emplace_back(written[i], written[i + 1]);
    for (std::size_t site = 0; site < kFaultSites; ++site)
      traced.sites[name].times[site] = stream.at(2).at(site);
  }
  return traced;
}

std::string signature(const Violation& violation) {
  if (violation.check == "raft_invariants")
    return violation.check + ": " + violation.what.substr(0, violation.what.find(':'));
  if (violation.check == "core_check") return violation.check + ": " + violation.what;
  return violation.check;
}

}  // namespace sim
