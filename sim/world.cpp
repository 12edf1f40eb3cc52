#include "sim/world.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "core/base/check.hpp"
#include "sim/operator.hpp"
#include "sim/perfetto.hpp"
#include "sim/swarm.hpp"
#include "sim/vfs.hpp"

namespace sim {

namespace {

raft::Configuration first_configuration(const Scenario& scenario) {
  std::vector<std::string> addresses;
  for (Place place = 0; place < scenario.servers; ++place) addresses.push_back(address_of(place));
  auto configuration = raft::bootstrap(scenario.servers, addresses);
  for (std::size_t i = 0; i < scenario.priorities.size(); ++i)
    configuration.members[i].priority = scenario.priorities[i];
  return configuration;
}

// Whether servers' clocks keep the bound that leases rest on.
bool clocks_keep_their_bound(const Scenario& scenario) {
  const std::int64_t bound = scenario.tuning.clock_drift_ppm;
  const bool jump = std::any_of(scenario.timeline.begin(), scenario.timeline.end(), [](const Step& step) {
    const auto* jumps = std::get_if<ClockJump>(&step.action);
    return jumps && jumps->monotonic;
  });
  const auto keeps = [&](const Distribution& drift_ppm) {
    return drift_ppm.least() >= -bound && drift_ppm.greatest() <= bound;
  };
  const bool own =
      std::all_of(scenario.own_clocks.begin(), scenario.own_clocks.end(), [&](const auto& clock) {
        return clock.first >= scenario.machines() || !clock.second.drift_ppm ||
               keeps(*clock.second.drift_ppm);
      });
  return !jump && own && keeps(scenario.drift_ppm);
}

// A statement of the core about itself that was false, or an exception that it let through.
Violation violation_of(const std::exception& thrown) {
  const bool check = dynamic_cast<const base::CheckFailed*>(&thrown) != nullptr;
  return {"core_check", (check ? "" : "an exception left the core: ") + std::string(thrown.what()), {}};
}

}  // namespace

World::World(const Scenario& scenario, std::uint64_t seed, RunOptions options)
    : scenario_(scenario),
      seed_(seed),
      options_(options),
      tape_(scenario.schedule.value_or(Schedule{seed, {}, {}}), recording()),
      trace_(options.trace),
      network_(queue_, coverage_, scenario.network, places(), scenario.machines(), tape_, scenario.links),
      history_(queue_, trace_),
      store_(coverage_),
      surroundings_{queue_, network_, history_, coverage_, store_, scenario.machines(), {}, {}},
      disk_faults_(scenario.disk),
      crowd_history_(queue_, crowd_trace_),
      crowd_surroundings_{queue_, network_, crowd_history_, crowd_coverage_, store_, scenario.machines(),
                          {},     {}},
      paused_(places()),
      held_back_(places()),
      faults_(scenario_.timeline, queue_, network_, coverage_, *this, tape_.stream("faults")),
      rules_(clocks_keep_their_bound(scenario)),
      snapshots_seen_(scenario.machines()),
      random_(tape_.stream("membership")),
      repairs_drawn_(tape_.stream("repairs")),
      converging_(scenario_, agents_, coverage_, surviving()) {
  if (scenario.store == StoreKind::sqlite) seed_sqlite(tape_.stream("sqlite").next());
  draw_sizes(scenario_.workload, tape_.stream("sizes"));
  watched_.last.resize(machines());
  watched_.touches.resize(machines());
  watched_.epochs.resize(machines());
  watched_.committed_at_start.resize(machines());
  for (Place place = 0; place < machines(); ++place) build_server(place);
  for (Place place = 0; place < scenario_.clients; ++place) build_client(machines() + place);
  build_operator();
  build_crowd();
}

World::~World() = default;

Recording* World::recording() {
  const auto& schedule = scenario_.schedule;
  const bool own = schedule && !options_.recording && !(schedule->draws.empty() && schedule->flips.empty());
  return own ? &drawn_ : options_.recording;
}

std::uint32_t World::places() const {
  return machines() + clients() + 1 + kCrowd;
}

Clock World::clock_of(Place place, const Distribution& drift_ppm, Draws& random) const {
  const auto own = scenario_.own_clocks.find(place);
  auto offset_ns = scenario_.clock_offset_ns;
  auto ppm = drift_ppm;
  if (own != scenario_.own_clocks.end()) {
    offset_ns = own->second.offset_ns.value_or(offset_ns);
    ppm = own->second.drift_ppm.value_or(ppm);
  }
  const auto offset = Duration(offset_ns.sample(random));
  return {queue_, offset, ppm.sample(random)};
}

void World::build_server(Place place) {
  const auto number = std::to_string(place + 1);
  auto& random = tape_.stream("clock s" + number);
  node::Config config;
  config.raft.tuning = scenario_.tuning;
  config.raft.seed = tape_.stream("elections " + number).next();
  config.cluster = base::ClusterId(1);
  config.snapshots = scenario_.snapshots;
  processors_.emplace_back(queue_, coverage_, scenario_.cpu_ns, tape_.stream("cpu " + number));
  disks_drawn_.push_back(&tape_.stream("disk " + number));
  servers_.push_back(std::make_unique<Server>(
      place, std::move(config), queue_, network_, static_cast<Onlooker&>(*this),
      clock_of(place, scenario_.drift_ppm, random),
      make_disk(scenario_.store, {place, queue_, coverage_, disk_faults_, *disks_drawn_.back(),
                                  [this, place] { return may_rot(place); },
                                  [this, place] {
                                    happened(place, {"page_rotten", place, {}, "", "", ""});
                                  }}),
      tape_.stream("timer " + number)));
}

void World::build_client(Place place) {
  const auto number = place - machines() + 1;
  const auto& its = scenario_.workload_of(number);
  auto& random = tape_.stream("clock c" + std::to_string(number));
  const auto clock = clock_of(place, scenario_.client_drift_ppm, random);
  auto& draws = tape_.stream("client " + std::to_string(number));
  Agent::Made made{place, Faults::name_of(place, machines()), draws.next(), its.ttl, draws};
  if (its.under) made.under = machines() + *its.under - 1;
  agents_.push_back(
      std::make_unique<Agent>(std::move(made), surroundings_, clock, make_program(its.tuning, number)));
}

// Where there is something to do for one. No partition stands between it and a server.
void World::build_operator() {
  if (!scenario_.has_operator()) return;
  auto& draws = tape_.stream("operator");
  Agent::Made made{machines() + scenario_.clients, "operator", draws.next(), lock::Millis(5000), draws};
  agents_.push_back(std::make_unique<Agent>(std::move(made), surroundings_, Clock(queue_, Duration(0), 0),
                                            make_operator(orders_, *this, coverage_)));
}

// Where there is to be an overload.
void World::build_crowd() {
  const auto is_its = [](const Step& step) { return std::holds_alternative<Flood>(step.action); };
  if (std::none_of(scenario_.timeline.begin(), scenario_.timeline.end(), is_its)) return;
  for (Place i = 0; i < kCrowd; ++i) {
    const auto name = "crowd " + std::to_string(i + 1);
    auto& draws = tape_.stream(name);
    const auto place = machines() + clients() + 1 + i;
    Agent::Made made{place, name, draws.next(), lock::Millis(5000), draws};
    crowd_agents_.push_back(std::make_unique<Agent>(
        std::move(made), crowd_surroundings_, Clock(queue_, Duration(0), 0), make_crowd(crowd_, coverage_)));
  }
}

Agent& World::agent_at(Place place) {
  const auto beyond = machines() + clients() + 1;
  return place < beyond ? *agents_[place - machines()] : *crowd_agents_[place - beyond];
}

void World::start() {
  membership_ = first_configuration(scenario_);
  for (Place place = 0; place < scenario_.servers; ++place) {
    residents_.insert(host::NodeId(place + 1));
    servers_[place]->move_in(host::NodeId(place + 1), membership_);
    start_server(*servers_[place]);
  }
  for (auto& agent : agents_) agent->start();
  faults_.record(options_.deeds);
  faults_.start();
  queue_.push(scenario_.timeline_ends(), {.kind = EventKind::phase});
}

Outcome World::run() {
  try {
    start();
    if (options_.perfetto) begin_picture();
    while (go_on()) {
      auto event = queue_.pop();
      const auto kind = event.kind;
      const auto actor = event.actor;
      account(event);
      const auto going_on = met();
      handle(std::move(event));
      watched_.overlaps.look(coverage_, going_on);
      const bool of_the_world = actor == kNobody
                                    ? kind != EventKind::resend && kind != EventKind::store_request
                                    : actor >= machines() + clients();
      if (of_the_world) note_all();
      if (picture_) draw(of_the_world ? kNobody : actor);
    }
  } catch (const std::exception& thrown) {
    violate(violation_of(thrown));
  }
  Outcome outcome;
  try {
    judge(outcome);
  } catch (const std::exception& thrown) {
    violate(violation_of(thrown));
    tell_outcome(outcome);
  }
  if (picture_) outcome.picture_cut_short = end_picture();
  return outcome;
}

bool World::go_on() {
  if (over_ || violation_ || queue_.empty()) return false;
  if (options_.until && queue_.next() > *options_.until) return false;
  if (queue_.popped() >= scenario_.events_limit) {
    inconclusive_ = "the limit of " + std::to_string(scenario_.events_limit) + " events was reached";
    return false;
  }
  return true;
}

void World::account(const Event& event) {
  digest_.add(static_cast<std::uint64_t>(queue_.now().count()));
  digest_.add(std::uint64_t{event.actor} << 32 | static_cast<std::uint64_t>(event.kind) << 24 |
              (event.detail & 0xFFFFFF));
  digest_.add(event.id);
  if (!event.bytes.empty()) digest_.add(event.bytes);
  if (options_.events) {
    options_.events->push_back(
        {queue_.now(), event.kind, event.actor, event.detail, event.id, digest_.value()});
  }
}

void World::handle(Event event) {
  if (!event.arrived && !network_.arrives(event)) return;
  event.arrived = true;
  if (event.actor != kNobody && paused_[event.actor] > 0) {
    held_back_[event.actor].push_back(std::move(event));
    return;
  }
  dispatch(event);
  if (store_.violation() && scenario_.checks.fence_monotonic_at_store) {
    violate(*store_.violation());
  }
}

void World::dispatch(Event& event) {
  if (event.actor != kNobody) {
    if (event.actor < machines()) return dispatch_server(*servers_[event.actor], event);
    return dispatch_client(agent_at(event.actor), event);
  }
  switch (event.kind) {
    case EventKind::resend:
      return network_.resend(event.id, event.detail);
    case EventKind::store_request:
      return agents_[event.detail - machines()]->on_store_request(event.id);
    case EventKind::timeline:
      return faults_.on_timeline(event.id | std::uint64_t{event.detail} << 32);
    case EventKind::fault_ends:
      return faults_.on_fault_end(event.id);
    case EventKind::retire:
      return retire(event.detail, host::NodeId(event.id));
    case EventKind::start_again:
      return start_again(event.detail);
    case EventKind::phase:
      return phase();
    case EventKind::peer_frame:
    case EventKind::segment:
    case EventKind::reset:
    case EventKind::server_run:
    case EventKind::server_turn:
    case EventKind::server_wake:
    case EventKind::disk_done:
    case EventKind::client_wake:
    case EventKind::client_alarm:
    case EventKind::client_belief:
    case EventKind::store_reply:
      CHECK(false);
  }
}

void World::dispatch_server(Server& server, Event& event) {
  if (event.kind == EventKind::segment && !server.is_up()) return network_.refuse(event.id, server.place());
  if (!server.is_up() || (event.epoch != 0 && event.epoch != server.epoch())) return;
  auto& processor = processors_[server.place()];
  const bool costs = event.kind == EventKind::peer_frame || event.kind == EventKind::segment;
  if (costs && processor.is_slow()) return processor.take(std::move(event), server.epoch());
  if (event.kind == EventKind::server_turn) event = processor.done();
  if (event.kind == EventKind::peer_frame) return server.on_peer_frame(event);
  if (event.kind == EventKind::segment) return server.on_segment(event.id, event.bytes);
  if (event.kind == EventKind::reset) return server.on_reset(event.id);
  if (event.kind == EventKind::disk_done) return disk_done(server);
  if (event.kind == EventKind::server_run) {
    server.on_run();
    return observe(server);
  }
  CHECK(event.kind == EventKind::server_wake);
  if (server.on_wake()) observe(server);
}

// At either side of the moment at which a server hears that its writes are safe a sweep may crash it.
void World::disk_done(Server& server) {
  constexpr auto kDown = std::chrono::milliseconds(300);
  auto& draws = *disks_drawn_[server.place()];
  if (draws.chance(0, FaultSite::crash_before)) return faults_.crash_for(server.place(), kDown);
  if (const auto failure = server.on_disk_done()) return disk_failed(server, *failure);
  look_at_snapshot(server);
  if (draws.chance(0, FaultSite::crash_after)) faults_.crash_for(server.place(), kDown);
}

void World::dispatch_client(Agent& agent, Event& event) {
  if (event.kind == EventKind::segment && !agent.is_up()) return network_.refuse(event.id, agent.place());
  if (!agent.is_up() || (event.epoch != 0 && event.epoch != agent.epoch())) return;
  if (event.kind == EventKind::segment) return agent.on_segment(event.id, event.bytes);
  if (event.kind == EventKind::reset) return agent.on_reset(event.id);
  if (event.kind == EventKind::client_wake) return agent.on_wake();
  if (event.kind == EventKind::client_alarm) return agent.on_alarm();
  if (event.kind == EventKind::client_belief) return agent.on_belief();
  CHECK(event.kind == EventKind::store_reply);
  agent.on_store_reply(event.id, event.detail != 0);
}

Outcome run_seed(const Scenario& scenario, std::uint64_t seed, RunOptions options) {
  try {
    World world(swarmed(scenario, seed), seed, options);
    return world.run();
  } catch (const std::exception& thrown) {
    // Before the run or behind it: of this seed nothing else is known.
    Outcome outcome;
    outcome.seed = seed;
    outcome.violation = violation_of(thrown);
    return outcome;
  }
}

}  // namespace sim
