#include "sim/story.hpp"

#include <algorithm>

#include "sim/pretty_json.hpp"
#include "sim/schedule_fields.hpp"
#include "sim/story_text.hpp"

namespace sim {

using nlohmann::ordered_json;

Story story_of(const std::string& text, std::uint64_t seed) {
  Story story;
  story.doc = ordered_json::parse(text);
  const auto scenario = parse_scenario(text, "scenario");
  story.schedule = scenario.ok() && scenario->schedule ? *scenario->schedule : Schedule{seed, {}, {}};
  for (const auto* key : {"seeds", "schedule", "require", "expect"}) story.doc.erase(key);
  if (scenario.ok()) {
    story.doc["cluster"]["servers"] = scenario->servers;
    story.doc["cluster"]["clients"] = scenario->clients;
  }
  if (!story.doc.contains("timeline")) story.doc["timeline"] = ordered_json::array();
  return story;
}

std::string text_of(const Story& story) {
  ordered_json doc;
  for (const auto* key : {"raftsim", "name", "about"}) {
    if (story.doc.contains(key)) doc[key] = story.doc[key];
  }
  doc["schedule"] = nullptr;  // it stands here
  for (const auto& [key, value] : story.doc.items()) doc[key] = value;
  for (auto& step : doc["timeline"]) step.erase(kWas);
  // Machines may have gone whose draws it still tells.
  doc["schedule"] = write_schedule({1, {}, {}});
  const auto scenario = parse_scenario(doc.dump(), "story");
  doc["schedule"] =
      write_schedule(scenario.ok() ? possible(story.schedule, scenario.value()) : story.schedule);
  return pretty(doc);
}

base::Result<Scenario> scenario_of(const Story& story) {
  return parse_scenario(text_of(story), "story");
}

std::string place_name(Place place, std::uint32_t machines) {
  return place < machines ? "server:" + std::to_string(place + 1)
                          : "client:" + std::to_string(place - machines + 1);
}

ordered_json place_names(const std::vector<Place>& places, std::uint32_t machines) {
  if (places.size() == 1) return place_name(places.front(), machines);
  auto names = ordered_json::array();
  for (const auto place : places) names.push_back(place_name(place, machines));
  return names;
}

std::string exact(Duration duration) {
  const auto ns = duration.count();
  auto text = std::to_string(ns / 1'000'000'000);
  auto rest = std::to_string(1'000'000'000 + ns % 1'000'000'000).substr(1);
  rest.erase(rest.find_last_not_of('0') + 1);
  return text + (rest.empty() ? "" : "." + rest) + "s";
}

namespace {

// One deed as a step of its own.
ordered_json concrete_step(const ordered_json& step, const Step& read, const Deed& deed,
                           const Scenario& scenario, bool late) {
  const bool answers = std::holds_alternative<When>(read.trigger) && late;
  const auto at = deed.at + Duration(answers ? 1 : 0);
  ordered_json made{{"at", exact(at)}};
  for (const auto& [key, value] : step.items()) {
    if (key != "at" && key != "every" && key != "random" && key != "when") made[key] = value;
  }
  if (!deed.targets.empty()) made["select"] = place_names(deed.targets, scenario.machines());
  const auto end = deed.ended.value_or(scenario.timeline_ends());
  const bool lasts = deed.ended || std::holds_alternative<Pause>(read.action);
  if (read.duration_ns && lasts && end > at) made["for"] = exact(end - at);
  if (read.duration_ns && !lasts) made.erase("for");
  if (deed.cut.empty() || !std::holds_alternative<Partition>(read.action)) return made;
  made[kWas] = {{"shape", made["shape"]}, {"select", made["select"]}};
  made["shape"] = "links";
  made.erase("select");
  made.erase("clients");
  for (const auto& [from, to] : deed.cut)
    made["links"].push_back({place_name(from, scenario.machines()), place_name(to, scenario.machines())});
  return made;
}

bool is_timed_heal(const ordered_json& step) {
  return step.value("do", "") == "heal" && step.contains("at");
}

}  // namespace

Story concrete(const Story& story, const Scenario& scenario, const std::vector<Deed>& deeds, bool late) {
  auto made = story;
  made.doc["timeline"] = ordered_json::array();
  for (const auto& deed : deeds) {
    // Behind the timeline come the jumps of `clock`, which stays as it is.
    if (deed.step >= story.doc["timeline"].size()) continue;
    const auto& step = story.doc["timeline"][deed.step];
    if (is_timed_heal(step)) continue;
    made.doc["timeline"].push_back(concrete_step(step, scenario.timeline[deed.step], deed, scenario, late));
  }
  for (const auto& step : story.doc["timeline"]) {
    if (is_timed_heal(step)) made.doc["timeline"].push_back(step);
  }
  return healed_at(made, scenario, scenario.timeline_ends());
}

std::vector<std::size_t> steps_that_may_go(const Story& story) {
  std::vector<std::size_t> steps;
  for (std::size_t i = 0; i < story.doc["timeline"].size(); ++i) {
    if (!is_timed_heal(story.doc["timeline"][i])) steps.push_back(i);
  }
  return steps;
}

Story without_steps(const Story& story, const std::vector<std::size_t>& steps) {
  auto made = story;
  made.doc["timeline"] = ordered_json::array();
  for (std::size_t i = 0; i < story.doc["timeline"].size(); ++i) {
    if (std::ranges::find(steps, i) == steps.end()) made.doc["timeline"].push_back(story.doc["timeline"][i]);
  }
  return made;
}

Story without_links(const Story& story, std::size_t step, const Marks& gone) {
  auto made = story;
  auto& links = made.doc["timeline"][step]["links"];
  links = ordered_json::array();
  for (std::size_t i = 0; i < gone.size(); ++i) {
    if (!gone[i]) links.push_back(story.doc["timeline"][step]["links"][i]);
  }
  made.doc["timeline"][step].erase(kWas);
  return made;
}

Story healed_at(const Story& story, const Scenario& scenario, Time at) {
  auto made = story;
  made.doc["timeline"] = ordered_json::array();
  for (std::size_t i = 0; i < story.doc["timeline"].size(); ++i) {
    const auto& step = story.doc["timeline"][i];
    const auto when = step_time(step);
    if (!is_timed_heal(step) && (!when || *when < at)) made.doc["timeline"].push_back(step);
  }
  made.doc["timeline"].push_back({{"at", exact(at)}, {"do", "heal"}});
  const auto ends = scenario.timeline_ends();
  const auto within = scenario.checks.converge_within.value_or(scenario.sim_limit - ends);
  made.doc["limits"]["sim"] = exact(at + within);
  return made;
}

std::vector<std::uint32_t> busy_clients(const Story& story, const Scenario& scenario) {
  std::vector<std::uint32_t> idle;
  const auto& last = story.doc["workload"].back();
  if (last.value("program", "") == "idle") idle = last["clients"].get<std::vector<std::uint32_t>>();
  std::vector<std::uint32_t> busy;
  for (std::uint32_t client = 1; client <= scenario.clients; ++client) {
    if (std::ranges::find(idle, client) == idle.end()) busy.push_back(client);
  }
  return busy;
}

Story with_idle(const Story& story, const std::vector<std::uint32_t>& clients) {
  auto made = story;
  auto& workload = made.doc["workload"];
  if (clients.empty()) return made;
  const bool has = workload.back().value("program", "") == "idle";
  if (!has) workload.push_back({{"clients", ordered_json::array()}, {"program", "idle"}});
  auto idle = workload.back()["clients"].get<std::vector<std::uint32_t>>();
  idle.insert(idle.end(), clients.begin(), clients.end());
  std::ranges::sort(idle);
  workload.back()["clients"] = idle;
  return made;
}

}  // namespace sim
