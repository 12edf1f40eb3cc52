// Simpler ways to say what a story says.
#include <algorithm>
#include <functional>

#include "core/base/duration.hpp"
#include "sim/story.hpp"
#include "sim/story_text.hpp"

namespace sim {

using nlohmann::ordered_json;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::optional<Duration> duration_at(const ordered_json& object, const char* key) {
  const auto at = object.find(key);
  if (at == object.end() || !at->is_string()) return std::nullopt;
  const auto read = base::parse_duration(at->get<std::string>(), false);
  return read.ok() ? std::optional(read.value()) : std::nullopt;
}

// Every text in it that is the name of a machine.
void rename(ordered_json& json, const std::function<std::string(const std::string&)>& renamed) {
  if (json.is_string()) json = renamed(json.get<std::string>());
  if (!json.is_structured()) return;
  for (auto& part : json) rename(part, renamed);
}

// The number behind `prefix`, if that is what the text is.
std::optional<std::uint32_t> numbered(const std::string& text, const std::string& prefix) {
  if (text.rfind(prefix, 0) != 0 || text.size() == prefix.size() || text.size() > prefix.size() + 4)
    return std::nullopt;
  const auto digits = text.substr(prefix.size());
  if (digits.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  return static_cast<std::uint32_t>(std::stoul(digits));
}

// Steps and links without the machines for which `gone` says so.
void forget(ordered_json& timeline, const std::function<bool(const std::string&)>& gone) {
  auto kept = ordered_json::array();
  for (auto step : timeline) {
    if (step.contains(kWas) && step[kWas].dump() != "null") {
      const auto& names = step[kWas]["select"];
      const auto none = [&](const ordered_json& name) { return !name.is_string() || gone(name); };
      if (names.is_string() ? none(names) : std::any_of(names.begin(), names.end(), none)) step.erase(kWas);
    }
    for (const auto* key : {"select", "links"}) {
      if (!step.contains(key) || !step[key].is_array()) continue;
      auto left = ordered_json::array();
      for (const auto& part : step[key]) {
        const bool goes = part.is_array() ? gone(part[0]) || gone(part[1]) : gone(part);
        if (!goes) left.push_back(part);
      }
      step[key] = left;
    }
    const bool nobody = step.contains("select") &&
                        (step["select"].empty() || (step["select"].is_string() && gone(step["select"])));
    if (!nobody && !(step.contains("links") && step["links"].empty())) kept.push_back(step);
  }
  timeline = kept;
}

// "network s1>c4" and the like, when client `gone` is there no more; nothing: a stream of its own.
std::optional<std::string> stream_without(const std::string& name, std::uint32_t gone) {
  const auto moved = [&](const std::string& prefix, const std::string& part) -> std::optional<std::string> {
    const auto number = numbered(part, prefix);
    if (!number || *number < gone) return part;
    if (*number == gone) return std::nullopt;
    return prefix + std::to_string(*number - 1);
  };
  if (name.rfind("network ", 0) != 0)
    return moved(name.rfind("client ", 0) == 0 ? "client " : "clock c", name);
  const auto arrow = name.find('>');
  const auto from = moved("c", name.substr(8, arrow - 8));
  const auto to = moved("c", name.substr(arrow + 1));
  if (!from || !to) return std::nullopt;
  return "network " + *from + ">" + *to;
}

}  // namespace

std::optional<Time> step_time(const ordered_json& step) {
  return duration_at(step, "at");
}

Story without_client(const Story& story, std::uint32_t client) {
  auto made = story;
  made.doc["cluster"]["clients"] = story.doc["cluster"]["clients"].get<std::uint32_t>() - 1;
  auto workload = ordered_json::array();
  for (auto load : made.doc["workload"]) {
    if (load.contains("clients") && load["clients"].is_array()) {
      auto left = ordered_json::array();
      for (const auto& number : load["clients"]) {
        const auto n = number.get<std::uint32_t>();
        if (n != client) left.push_back(n > client ? n - 1 : n);
      }
      load["clients"] = left;
      if (left.empty()) continue;
    }
    workload.push_back(load);
  }
  made.doc["workload"] = workload;
  forget(made.doc["timeline"], [&](const std::string& name) { return numbered(name, "client:") == client; });
  for (auto& step : made.doc["timeline"]) {
    rename(step, [&](const std::string& name) {
      const auto n = numbered(name, "client:");
      return n && *n > client ? "client:" + std::to_string(*n - 1) : name;
    });
  }
  made.schedule.draws.clear();
  for (const auto& [name, draws] : story.schedule.draws) {
    if (const auto now = stream_without(name, client)) made.schedule.draws[*now] = draws;
  }
  return made;
}

Story with_servers(const Story& story, std::uint32_t servers) {
  auto made = story;
  auto& cluster = made.doc["cluster"];
  cluster["servers"] = servers;
  if (cluster.contains("priorities")) {
    while (cluster["priorities"].size() > servers)
      cluster["priorities"].erase(cluster["priorities"].size() - 1);
  }
  const auto machines = servers + cluster.value("joiners", 0u);
  forget(made.doc["timeline"], [&](const std::string& name) {
    const auto n = numbered(name, "server:");
    return n && *n > machines;
  });
  return made;
}

std::vector<Story> simpler_steps(const Story& story, std::size_t number) {
  std::vector<Story> stories;
  const auto& step = story.doc["timeline"][number];
  const auto offer = [&](const ordered_json& other) {
    stories.push_back(story);
    stories.back().doc["timeline"][number] = other;
  };
  if (step.contains(kWas)) {
    for (const auto* clients : {"far", "both", "near"}) {
      auto other = step;
      other.erase(kWas);
      other.erase("links");
      other["shape"] = step[kWas]["shape"];
      other["select"] = step[kWas]["select"];
      other["clients"] = clients;
      offer(other);
    }
  }
  if (const auto lasts = duration_at(step, "for")) {
    for (const std::int64_t part : {8, 4, 2}) {
      auto other = step;
      other["for"] = exact(*lasts / part);
      offer(other);
    }
  }
  for (const auto* key : {"at", "for"}) {
    const auto time = duration_at(step, key);
    for (const auto unit : {kSecond, kSecond / 10, kSecond / 100, kSecond / 1000, kSecond / 1'000'000}) {
      if (!time || time->count() % unit == 0 || time->count() < unit) continue;
      auto other = step;
      other[key] = exact(Duration(time->count() / unit * unit));
      offer(other);
    }
  }
  return stories;
}

std::vector<Story> simpler_worlds(const Story& story) {
  std::vector<Story> stories;
  const auto change = [&](const std::function<void(ordered_json&)>& how) {
    stories.push_back(story);
    how(stories.back().doc);
    if (stories.back().doc == story.doc) stories.pop_back();
  };
  change([](ordered_json& doc) { doc["network"] = {{"latency", "1ms"}}; });
  change([](ordered_json& doc) { doc["disk"] = {{"latency", "1ms"}}; });
  change([](ordered_json& doc) { doc["clock"] = {{"offset", "0s"}}; });
  for (const auto* part : {"network", "disk", "clock", "cluster"}) {
    if (!story.doc.contains(part)) continue;
    for (const auto& [key, value] : story.doc[part].items()) {
      const bool plain = (key == "latency" || key == "offset") && value.is_string();
      if (key != "servers" && key != "clients" && !plain)
        change([&, name = key](ordered_json& doc) { doc[part].erase(name); });
    }
  }
  for (const auto* part : {"network", "disk"})
    change([&](ordered_json& doc) { doc[part]["latency"] = "1ms"; });
  if (story.doc.contains("cluster") && story.doc["cluster"].contains("tuning")) {
    for (const auto& [key, value] : story.doc["cluster"]["tuning"].items())
      change([name = key](ordered_json& doc) { doc["cluster"]["tuning"].erase(name); });
  }
  for (std::size_t i = 0; i < story.doc["checks"].size(); ++i)
    change([i](ordered_json& doc) { doc["checks"].erase(i); });
  for (std::size_t i = 0; i < story.doc["workload"].size(); ++i) {
    // Who is idle stays so.
    if (story.doc["workload"][i].value("program", "") == "idle") continue;
    if (story.doc["workload"].size() > 1) change([i](ordered_json& doc) { doc["workload"].erase(i); });
    for (const auto* key : {"keys", "objects"}) {
      if (!story.doc["workload"][i].contains(key)) continue;
      change([&](ordered_json& doc) { doc["workload"][i][key] = 1; });
    }
  }
  return stories;
}

}  // namespace sim
