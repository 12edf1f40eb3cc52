#include "sim/world.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "core/base/check.hpp"
#include "sim/operator.hpp"

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

}  // namespace

World::World(const Scenario& scenario, std::uint64_t seed, RunOptions options)
    : scenario_(scenario),
      seed_(seed),
      options_(options),
      trace_(options.trace),
      network_(queue_, coverage_, scenario.network, scenario.machines() + scenario.clients + 1,
               base::Random(seed, "network")),
      history_(queue_, trace_),
      store_(coverage_),
      surroundings_{queue_, network_, history_, coverage_, store_, scenario.machines(), {}},
      paused_(scenario.machines() + scenario.clients + 1),
      held_back_(scenario.machines() + scenario.clients + 1),
      faults_(scenario_.timeline, queue_, network_, coverage_, *this, base::Random(seed, "faults")),
      snapshots_seen_(scenario.machines()),
      random_(seed, "membership") {
  for (Place place = 0; place < machines(); ++place) build_server(place);
  for (Place place = 0; place < scenario_.clients; ++place) build_client(machines() + place);
  build_operator();
}

World::~World() = default;

void World::build_server(Place place) {
  const auto number = std::to_string(place + 1);
  base::Random random(seed_, "clock " + number);
  node::Config config;
  config.raft.tuning = scenario_.tuning;
  config.raft.seed = base::Random(seed_, "elections " + number).next();
  config.cluster = base::ClusterId(1);
  config.snapshots = scenario_.snapshots;
  const auto offset = Duration(scenario_.clock_offset_ns.sample(random));
  servers_.push_back(std::make_unique<Server>(
      place, std::move(config), queue_, network_, static_cast<Onlooker&>(*this),
      Clock(queue_, offset, scenario_.drift_ppm.sample(random)),
      Disk(queue_, place, scenario_.disk_latency_ns, base::Random(seed_, "disk " + number))));
}

void World::build_client(Place place) {
  const auto number = place - machines() + 1;
  const Workload* its = nullptr;
  for (const auto& workload : scenario_.workload) {
    const auto& who = workload.clients;
    if (who.empty() || std::find(who.begin(), who.end(), number) != who.end()) its = &workload;
  }
  // A client without work of its own does what the first program says.
  if (!its) its = &scenario_.workload.front();
  base::Random random(seed_, "client " + std::to_string(number));
  const auto offset = Duration(scenario_.clock_offset_ns.sample(random));
  const Clock clock(queue_, offset, scenario_.client_drift_ppm.sample(random));
  agents_.push_back(
      std::make_unique<Agent>(Agent::Made{place, Faults::name_of(place, machines()), random.next(), its->ttl},
                              surroundings_, clock, make_program(its->tuning, number)));
}

// Where there is something to do for one. No partition stands between it and a server.
void World::build_operator() {
  const auto is_its = [](const Step& step) {
    return std::holds_alternative<Order>(step.action) || std::holds_alternative<Wipe>(step.action);
  };
  if (std::none_of(scenario_.timeline.begin(), scenario_.timeline.end(), is_its)) return;
  base::Random random(seed_, "operator");
  agents_.push_back(std::make_unique<Agent>(
      Agent::Made{machines() + scenario_.clients, "operator", random.next(), lock::Millis(5000)},
      surroundings_, Clock(queue_, Duration(0), 0), make_operator(orders_, *this, coverage_)));
}

void World::start() {
  membership_ = first_configuration(scenario_);
  raft::Recovered found;
  found.snapshot.configuration = membership_;
  for (Place place = 0; place < scenario_.servers; ++place) {
    residents_.insert(host::NodeId(place + 1));
    servers_[place]->move_in(host::NodeId(place + 1), found);
    servers_[place]->start();
    observe(*servers_[place]);
  }
  for (auto& agent : agents_) agent->start();
  faults_.start();
  queue_.push(scenario_.timeline_ends(), {.kind = EventKind::phase});
}

Outcome World::run() {
  try {
    start();
    while (go_on()) {
      auto event = queue_.pop();
      account(event);
      handle(std::move(event));
    }
  } catch (const base::CheckFailed& failed) {
    violate({"core_check", failed.what()});
  } catch (const std::exception& thrown) {
    violate({"core_check", std::string("an exception left the core: ") + thrown.what()});
  }
  Outcome outcome;
  judge(outcome);
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
    return dispatch_client(*agents_[event.actor - machines()], event);
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
    case EventKind::phase:
      return phase();
    case EventKind::peer_frame:
    case EventKind::segment:
    case EventKind::reset:
    case EventKind::server_run:
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
  if (event.kind == EventKind::peer_frame) return server.on_peer_frame(event);
  if (event.kind == EventKind::segment) return server.on_segment(event.id, event.bytes);
  if (event.kind == EventKind::reset) return server.on_reset(event.id);
  if (event.kind == EventKind::disk_done) {
    server.on_disk_done();
    return look_at_snapshot(server);
  }
  if (event.kind == EventKind::server_run) {
    server.on_run();
    return observe(server);
  }
  CHECK(event.kind == EventKind::server_wake);
  if (server.on_wake()) observe(server);
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

// First the timeline is over and everything is healed; then everybody must come to an end in time.
void World::phase() {
  constexpr auto kLook = std::chrono::milliseconds(100);
  if (!converging_) {
    converging_ = queue_.now();
    surroundings_.winding_down = true;
    tell("the timeline is over: everything heals");
    faults_.finish();
  } else {
    const auto within = scenario_.checks.converge_within.value_or(scenario_.sim_limit - *converging_);
    over_ = all_done() || queue_.now() >= *converging_ + within;
  }
  if (!over_) queue_.push(queue_.now() + kLook, {.kind = EventKind::phase});
}

bool World::all_done() const {
  return std::all_of(agents_.begin(), agents_.end(), [](const auto& agent) { return agent->done(); });
}

Outcome run_seed(const Scenario& scenario, std::uint64_t seed, RunOptions options) {
  World world(scenario, seed, options);
  return world.run();
}

}  // namespace sim
