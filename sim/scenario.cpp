// The parts of a scenario file but its timeline.
#include "sim/scenario.hpp"

#include <algorithm>

#include "core/base/duration.hpp"
#include "sim/check/read_text.hpp"
#include "sim/digest.hpp"
#include "sim/disk_fields.hpp"
#include "sim/fields.hpp"
#include "sim/overlaps.hpp"
#include "sim/places.hpp"
#include "sim/schedule_fields.hpp"
#include "sim/timeline_fields.hpp"
#include "sim/workload_fields.hpp"
#include "sim/world_fields.hpp"

namespace sim {

namespace {

constexpr std::int64_t kSeedMax = std::int64_t{1} << 53;

void read_seeds(const Field& field, Scenario& scenario) {
  scenario.seeds.clear();
  if (field.is_array()) {
    for (const auto& seed : field.elements())
      scenario.seeds.push_back(static_cast<std::uint64_t>(seed.integer(0, kSeedMax)));
    if (scenario.seeds.empty()) field.fail("expected at least one seed");
    return;
  }
  field.only({"first", "count"});
  const auto first = field.need("first");
  const auto count = field.need("count");
  if (!first || !count) return;
  const auto from = first->integer(0, kSeedMax);
  const auto many = count->integer(1, 100'000'000);
  for (std::int64_t i = 0; i < many; ++i) scenario.seeds.push_back(static_cast<std::uint64_t>(from + i));
}

void read_snapshots(const Field& field, node::SnapshotPolicy& policy) {
  const auto number = [&](const char* key, auto& into, std::int64_t least) {
    if (const auto f = field.find(key))
      into = static_cast<std::remove_reference_t<decltype(into)>>(f->integer(least, 1 << 30));
  };
  number("snapshot_entries", policy.entries, 1);
  number("snapshot_bytes", policy.bytes, 1);
  number("keep_entries", policy.keep_entries, 0);
  number("keep_bytes", policy.keep_bytes, 0);
  number("piece_bytes", policy.piece_bytes, 1);
}

void read_tuning(const Field& field, raft::Tuning& tuning) {
  field.only({"heartbeat", "election_min", "election_max", "append_bytes_max", "append_entries_max",
              "inflight_messages_max", "inflight_bytes_max", "inflight_pieces_max", "clock_drift_ppm",
              "snapshot_entries", "snapshot_bytes", "keep_entries", "keep_bytes", "piece_bytes"});
  if (const auto f = field.find("heartbeat")) tuning.heartbeat = f->duration();
  if (const auto f = field.find("election_min")) tuning.election_min = f->duration();
  if (const auto f = field.find("election_max")) tuning.election_max = f->duration();
  const auto number = [&](const char* key, std::uint32_t& into, std::int64_t greatest) {
    if (const auto f = field.find(key)) into = static_cast<std::uint32_t>(f->integer(1, greatest));
  };
  if (const auto f = field.find("inflight_bytes_max"))
    tuning.inflight_bytes_max = static_cast<std::uint64_t>(f->integer(1, 1 << 30));
  number("inflight_pieces_max", tuning.inflight_pieces_max, 1'000);
  number("clock_drift_ppm", tuning.clock_drift_ppm, 400'000);
  number("append_bytes_max", tuning.append_bytes_max, 1 << 20);
  number("append_entries_max", tuning.append_entries_max, 100'000);
  number("inflight_messages_max", tuning.inflight_messages_max, 1'000);
  const bool ordered = tuning.heartbeat.count() > 0 && tuning.heartbeat < tuning.election_min &&
                       tuning.election_min < tuning.election_max;
  if (!ordered) field.fail("expected 0 < heartbeat < election_min < election_max");
}

void read_cluster(const Field& field, Scenario& scenario) {
  field.only({"servers", "joiners", "clients", "priorities", "store", "tuning", "zones", "cpu"});
  if (const auto f = field.find("servers")) scenario.servers = static_cast<std::uint32_t>(f->integer(1, 9));
  if (const auto f = field.find("joiners")) scenario.joiners = static_cast<std::uint32_t>(f->integer(0, 9));
  if (const auto f = field.find("priorities")) {
    for (const auto& one : f->elements())
      scenario.priorities.push_back(static_cast<std::uint8_t>(one.integer(0, 255)));
    if (scenario.priorities.size() > scenario.servers) f->fail("expected at most one a server");
  }
  if (const auto f = field.find("clients"))
    scenario.clients = static_cast<std::uint32_t>(f->integer(1, 1000));
  if (const auto f = field.find("zones")) read_zones(*f, scenario);
  if (const auto f = field.find("cpu")) scenario.cpu_ns = f->durations();
  if (const auto f = field.find("tuning")) {
    if (f->is_string()) {
      scenario.swarm_tuning = f->name("tuning", {"swarm"}) == "swarm";
    } else {
      read_tuning(*f, scenario.tuning);
      read_snapshots(*f, scenario.snapshots);
    }
  }
  const auto store = field.find("store");
  if (store && store->name("store", {"memory", "sqlite"}) == "sqlite") scenario.store = StoreKind::sqlite;
}

const std::vector<std::string> kAlone = {"raft_invariants", "stale_reads", "fence_monotonic_at_store",
                                         "each_once"};
const std::vector<std::string> kWithValue = {"linearizable", "converge_within", "availability_min"};

void read_check(const Field& field, Checks& checks) {
  if (field.is_string()) {
    const auto written = field.text();
    if (std::ranges::find(kWithValue, written) != kWithValue.end())
      return field.fail("'" + written + "' takes a value: {\"" + written + "\": " +
                        (written == "linearizable"      ? "\"*\""
                         : written == "converge_within" ? "\"15s\""
                                                        : "0.5") +
                        "}");
    auto known = kAlone;
    known.insert(known.end(), kWithValue.begin(), kWithValue.end());
    const auto name = field.name("check", known);
    checks.stale_reads |= name == "stale_reads";
    checks.raft_invariants |= name == "raft_invariants";
    checks.fence_monotonic_at_store |= name == "fence_monotonic_at_store";
    checks.each_once |= name == "each_once";
    return;
  }
  for (const auto& [key, value] : field.members()) {
    if (std::ranges::find(kAlone, key) != kAlone.end())
      return value.fail("this check takes no value: write \"" + key + "\" alone");
  }
  field.only(kWithValue);
  if (const auto f = field.find("linearizable")) checks.linearizable.push_back(f->text());
  if (const auto f = field.find("converge_within")) checks.converge_within = f->duration();
  if (const auto f = field.find("availability_min")) checks.availability_min_ppm = f->ppm();
}

void read_require(const Field& field, Coverage& into, Coverage* per_seed) {
  for (const auto& [counter, value] : field.members()) {
    if (per_seed && counter == "per_seed") {
      read_require(value, *per_seed, nullptr);
      continue;
    }
    const auto known = is_overlap(counter) ? overlap_counters() : counters();
    if (std::find(known.begin(), known.end(), counter) == known.end())
      value.fail("unknown counter" + suggestion(counter, known));
    into[counter] = static_cast<std::uint64_t>(value.integer(0, kSeedMax));
  }
}

void read_limits(const Field& field, Scenario& scenario) {
  field.only({"sim", "events", "wall"});
  if (const auto f = field.find("sim")) scenario.sim_limit = f->duration();
  if (const auto f = field.find("wall")) {
    scenario.wall_limit = f->duration();
    if (*scenario.wall_limit <= Duration(0)) f->fail("expected more than 0s");
  }
  if (const auto f = field.find("events"))
    scenario.events_limit = static_cast<std::uint64_t>(f->integer(1, kSeedMax));
}

void read_expect(const Field& field, Scenario& scenario) {
  if (field.is_string()) return (void)field.name("expectation", {"pass"});
  field.only({"fail"});
  if (const auto f = field.need("fail")) {
    scenario.expect_fail = f->name(
        "check", {"raft_invariants", "linearizable", "stale_reads", "fence_monotonic_at_store", "each_once",
                  "converge_within", "availability_min", "store_recovered", "core_check"});
  }
}

void read_head(const Field& root, Scenario& scenario) {
  root.only({"raftsim", "name", "about", "seeds", "schedule", "cluster", "network", "disk", "clock",
             "timeline", "workload", "checks", "require", "limits", "expect"});
  if (const auto f = root.need("raftsim")) (void)f->integer(1, 1);
  if (const auto f = root.need("name")) scenario.name = f->text();
  if (const auto f = root.find("about")) scenario.about = f->text();
  if (const auto f = root.find("seeds")) read_seeds(*f, scenario);
  if (const auto f = root.find("schedule")) {
    if (root.find("seeds")) f->fail("stands instead of 'seeds', not beside it");
    scenario.schedule = read_schedule(*f);
    scenario.seeds = {scenario.schedule->seed.value_or(0)};
  }
}

// Both would upload the same objects under the same names, each by a model of its own.
void check_programs(const Field& field, const std::vector<Workload>& workload) {
  const auto has = [&](const char* program) {
    return std::ranges::any_of(workload,
                               [&](const Workload& load) { return load.tuning.program == program; });
  };
  if (has("upload") && has("upload_once"))
    field.fail("'upload' and 'upload_once' share the names of their objects: take one of them");
}

void read_lists(const Field& root, Scenario& scenario) {
  if (const auto f = root.find("timeline")) {
    for (const auto& step : f->elements()) {
      scenario.timeline.push_back(read_step(step, scenario));
      scenario.timeline.back().path = step.path();
      const auto* disk = std::get_if<DiskAction>(&scenario.timeline.back().action);
      if (disk) check_disk_action(step, scenario.store, *disk);
    }
  }
  if (const auto f = root.need("workload")) {
    for (const auto& load : f->elements()) scenario.workload.push_back(read_workload(load, scenario));
    if (f->is_array() && scenario.workload.empty()) f->fail("expected at least one program");
    check_programs(*f, scenario.workload);
  }
  if (const auto f = root.need("checks")) {
    for (const auto& check : f->elements()) read_check(check, scenario.checks);
  }
}

// A step that begins when everything heals, or later, never strikes.
void check_times(const Field& root, const Scenario& scenario) {
  const auto ends = scenario.timeline_ends();
  const auto late = [&](const Field& when, const char* what) {
    when.fail(std::string(what) + " the end of the timeline, " + base::format_duration(ends) +
              ": this never happens; 'heal' with a time, or 'limits.sim', says when that is");
  };
  const auto list = root.find("timeline");
  if (!list) return;
  const auto steps = list->elements();
  for (std::size_t i = 0; i < steps.size() && i < scenario.timeline.size(); ++i) {
    const auto& trigger = scenario.timeline[i].trigger;
    const auto* at = std::get_if<At>(&trigger);
    const auto* every = std::get_if<Every>(&trigger);
    if (at && Time(at->time_ns.least()) > ends) late(*steps[i].find("at"), "comes behind");
    if (every && Time(every->period_ns.least()) > ends) late(*steps[i].find("every"), "is longer than until");
  }
}

std::uint64_t text_digest(std::string_view text) {
  Digest digest;
  digest.add(text);
  return digest.value();
}

}  // namespace

Time Scenario::timeline_ends() const {
  Time ends{0};
  for (const auto& step : timeline) {
    const auto* at = std::get_if<At>(&step.trigger);
    if (at && std::holds_alternative<Heal>(step.action)) ends = std::max(ends, Time(at->time_ns.greatest()));
  }
  return ends > Time(0) ? ends : sim_limit - checks.converge_within.value_or(Duration(0));
}

void draw_sizes(std::vector<Workload>& workload, Draws& random) {
  for (auto& load : workload) {
    load.tuning.keys = static_cast<std::uint32_t>(load.keys.sample(random));
    load.tuning.objects = static_cast<std::uint32_t>(load.objects.sample(random));
  }
}

const Workload& Scenario::workload_of(std::uint32_t client) const {
  const Workload* its = &workload.front();
  for (const auto& load : workload) {
    const auto& who = load.clients;
    if (who.empty() || std::find(who.begin(), who.end(), client) != who.end()) its = &load;
  }
  return *its;
}

bool Scenario::has_operator() const {
  const auto is_its = [this](const Step& step) {
    const auto* on_disk = std::get_if<DiskAction>(&step.action);
    const bool rots = disk.recoverable && on_disk && on_disk->how == DiskAction::How::rot;
    return rots || std::holds_alternative<Recovery>(step.action) ||
           std::holds_alternative<Order>(step.action) || std::holds_alternative<Wipe>(step.action);
  };
  return (disk.recoverable && disk.rot > 0) || std::any_of(timeline.begin(), timeline.end(), is_its);
}

base::Result<Scenario> parse_scenario(std::string_view text, const std::string& file) {
  const auto json = parse_json_tree(text, file);
  if (!json.ok()) return json.failure();
  Reading reading(text, file);
  Scenario scenario;
  scenario.file = file;
  scenario.text_digest = text_digest(text);
  scenario.seeds = {1};
  const Field root(reading, json.value(), "");
  read_head(root, scenario);
  if (const auto f = root.find("cluster")) read_cluster(*f, scenario);
  if (const auto f = root.find("network")) read_network(*f, scenario);
  if (const auto f = root.find("disk")) read_disk(*f, scenario.store, scenario.disk);
  if (const auto f = root.find("limits")) read_limits(*f, scenario);
  read_lists(root, scenario);
  if (const auto f = root.find("clock")) read_clock(*f, scenario);
  if (scenario.schedule) check_schedule(*root.find("schedule"), scenario);
  if (const auto f = root.find("require")) read_require(*f, scenario.require, &scenario.require_per_seed);
  if (const auto f = root.find("expect")) read_expect(*f, scenario);
  const auto ends = scenario.timeline_ends() + scenario.checks.converge_within.value_or(Duration(0));
  if (ends > scenario.sim_limit || scenario.timeline_ends() <= Time(0)) {
    root.fail("limits.sim leaves no time for the timeline and converge_within");
  }
  check_times(root, scenario);
  if (reading.error()) return *reading.error();
  return scenario;
}

base::Result<Scenario> read_scenario(const std::string& path) {
  const auto text = check::read_text(path, "a scenario file");
  if (!text.ok()) return text.failure();
  return parse_scenario(text.value(), path);
}

}  // namespace sim
