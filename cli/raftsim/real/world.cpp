#include "cli/raftsim/real/world.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "net/clock.hpp"
#include "sim/judge_clients.hpp"
#include "sim/operator.hpp"

namespace real {

using sim::EventKind;

namespace {

// Until every server serves.
constexpr auto kStartWithin = std::chrono::seconds(20);
// Nothing that may happen outside wakes the loop later than so.
constexpr sim::Duration kLookAgain = std::chrono::milliseconds(100);

// Servers, clients, the operator, the crowd.
Place count_places(const sim::Scenario& scenario) {
  return scenario.machines() + scenario.clients + 1 + sim::kCrowd;
}

}  // namespace

World::World(const sim::Scenario& scenario, std::uint64_t seed, Options options)
    : scenario_(scenario),
      seed_(seed),
      options_(std::move(options)),
      tape_(scenario.schedule.value_or(sim::Schedule{seed, {}, {}})),
      began_(net::now()),
      trace_(options_.trace),
      network_(
          poller_, queue_, [this] { return now(); }, coverage_, scenario_, count_places(scenario_), tape_,
          [this](std::uint64_t number) { return servers_.place_of(number); }),
      history_(queue_, trace_),
      store_(coverage_),
      surroundings_{queue_, network_, history_, coverage_, store_, scenario.machines(), {}, {}},
      servers_(poller_, network_, scenario_, tape_, options_.lockd, options_.skewed, options_.folder,
               {[this](Place place, const std::string& line) { heard(place, line); },
                [this](Place place, const std::string& how) { ended(place, how); }}),
      crowd_history_(queue_, crowd_trace_),
      crowd_surroundings_{queue_, network_, crowd_history_, crowd_coverage_, store_, scenario.machines(),
                          {},     {}},
      paused_(count_places(scenario_)),
      held_back_(count_places(scenario_)),
      faults_(scenario_.timeline, queue_, network_, coverage_, *this, tape_.stream("faults")),
      converging_(scenario_, agents_, coverage_, surviving()) {
  std::vector<std::string> addresses;
  for (Place place = 0; place < scenario_.servers; ++place) addresses.push_back(network_.address_of(place));
  membership_ = raft::bootstrap(scenario_.servers, addresses);
  // What is drawn here is drawn as the simulator draws it.
  sim::draw_sizes(scenario_.workload, tape_.stream("sizes"));
  build_agents();
  build_crowd();
}

World::~World() = default;

Time World::now() const {
  return std::max(net::now() - began_, queue_.now());
}

std::uint32_t World::places() const {
  return count_places(scenario_);
}

void World::build_agents() {
  for (Place client = 0; client < scenario_.clients; ++client) {
    const auto place = machines() + client;
    const auto number = client + 1;
    const auto& its = scenario_.workload_of(number);
    auto& clocks = tape_.stream("clock c" + std::to_string(number));
    const auto drawn = draw_clock(scenario_, place, scenario_.client_drift_ppm, clocks);
    const sim::Clock clock(queue_, drawn.offset, drawn.drift_ppm);
    auto& draws = tape_.stream("client " + std::to_string(number));
    sim::Agent::Made made{place, sim::Faults::name_of(place, machines()), draws.next(), its.ttl, draws};
    if (its.under) made.under = machines() + *its.under - 1;
    agents_.push_back(std::make_unique<sim::Agent>(std::move(made), surroundings_, clock,
                                                   sim::make_program(its.tuning, number)));
  }
  if (!scenario_.has_operator()) return;
  auto& draws = tape_.stream("operator");
  sim::Agent::Made made{machines() + clients(), "operator", draws.next(), lock::Millis(5000), draws};
  agents_.push_back(std::make_unique<sim::Agent>(std::move(made), surroundings_,
                                                 sim::Clock(queue_, sim::Duration(0), 0),
                                                 sim::make_operator(orders_, *this, coverage_)));
}

void World::build_crowd() {
  const auto is_its = [](const sim::Step& step) { return std::holds_alternative<sim::Flood>(step.action); };
  if (std::ranges::none_of(scenario_.timeline, is_its)) return;
  for (Place i = 0; i < sim::kCrowd; ++i) {
    const auto name = "crowd " + std::to_string(i + 1);
    auto& draws = tape_.stream(name);
    sim::Agent::Made made{machines() + clients() + 1 + i, name, draws.next(), lock::Millis(5000), draws};
    crowd_agents_.push_back(std::make_unique<sim::Agent>(std::move(made), crowd_surroundings_,
                                                         sim::Clock(queue_, sim::Duration(0), 0),
                                                         sim::make_crowd(crowd_, coverage_)));
  }
}

sim::Agent& World::agent_at(Place place) {
  const auto beyond = machines() + clients() + 1;
  return place < beyond ? *agents_[place - machines()] : *crowd_agents_[place - beyond];
}

// The story begins when every server serves.
void World::start() {
  for (Place place = 0; place < scenario_.servers; ++place) servers_.start(place);
  const auto until = net::now() + kStartWithin;
  while (serving_.size() < scenario_.servers && !inconclusive_ && !violation_) {
    if (net::now() > until) inconclusive_ = "the servers did not start within 20 s";
    if (*options_.interrupted) inconclusive_ = "it was interrupted";
    poller_.wait(kLookAgain);
  }
  began_ = net::now();
  for (auto& agent : agents_) agent->start();
  faults_.start();
  queue_.push(scenario_.timeline_ends(), {.kind = EventKind::phase});
}

sim::Outcome World::run() {
  try {
    start();
    while (go_on()) take_turn();
    judge();
  } catch (const base::CheckFailed& failed) {
    violate({"core_check", failed.what()});
  }
  return outcome();
}

bool World::go_on() {
  if (*options_.interrupted && !inconclusive_) inconclusive_ = "it was interrupted";
  return !over_ && !violation_ && !inconclusive_;
}

// Whatever is due, in its order; then what sockets and pipes bring.
void World::take_turn() {
  while (!queue_.empty() && queue_.next() <= now() && go_on()) handle(queue_.pop());
  const auto wait = queue_.empty() ? kLookAgain : std::min(kLookAgain, queue_.next() - now());
  poller_.wait(wait);
}

void World::handle(Event event) {
  const bool client = event.actor != sim::kNobody && event.actor >= machines();
  if (client && paused_[event.actor] > 0) {
    held_back_[event.actor].push_back(std::move(event));
    return;
  }
  dispatch(event);
  if (store_.violation() && scenario_.checks.fence_monotonic_at_store) violate(*store_.violation());
}

void World::dispatch(Event& event) {
  if (event.actor != sim::kNobody) {
    CHECK(event.actor >= machines());
    return dispatch_client(agent_at(event.actor), event);
  }
  switch (event.kind) {
    case EventKind::resend:
      return network_.move(event.id, event.detail);
    case EventKind::store_request:
      return agent_at(event.detail).on_store_request(event.id);
    case EventKind::timeline:
      return faults_.on_timeline(event.id | std::uint64_t{event.detail} << 32);
    case EventKind::fault_ends:
      return faults_.on_fault_end(event.id);
    case EventKind::retire:
      return retire(event.detail, base::NodeId(event.id));
    case EventKind::phase:
      return phase();
    case EventKind::peer_frame:
    case EventKind::segment:
    case EventKind::reset:
    case EventKind::server_run:
    case EventKind::server_turn:
    case EventKind::server_wake:
    case EventKind::disk_done:
    case EventKind::start_again:
    case EventKind::client_wake:
    case EventKind::client_alarm:
    case EventKind::client_belief:
    case EventKind::store_reply:
      CHECK(false);
  }
}

void World::dispatch_client(sim::Agent& agent, const Event& event) {
  if (!agent.is_up() || (event.epoch != 0 && event.epoch != agent.epoch())) return;
  if (event.kind == EventKind::segment) return agent.on_segment(event.id, event.bytes);
  if (event.kind == EventKind::reset) return agent.on_reset(event.id);
  if (event.kind == EventKind::client_wake) return agent.on_wake();
  if (event.kind == EventKind::client_alarm) return agent.on_alarm();
  if (event.kind == EventKind::client_belief) return agent.on_belief();
  CHECK(event.kind == EventKind::store_reply);
  agent.on_store_reply(event.id, event.detail != 0);
}

void World::violate(sim::Violation violation) {
  if (!violation_) violation_ = std::move(violation);
}

void World::judge() {
  if (!violation_ && !inconclusive_) judge_end();
  if (!violation_) {
    auto judgement = sim::judge_clients(scenario_.checks, history_);
    if (judgement.stale_reads != 0) sim::count(coverage_, "stale_reads", judgement.stale_reads);
    violation_ = std::move(judgement.violation);
    if (!inconclusive_) inconclusive_ = std::move(judgement.inconclusive);
  }
}

sim::Outcome World::outcome() const {
  sim::Outcome outcome;
  outcome.seed = seed_;
  outcome.violation = violation_;
  outcome.inconclusive = inconclusive_;
  outcome.events = queue_.popped();
  outcome.simulated = queue_.now();
  outcome.operations = coverage_.contains("ops_done") ? coverage_.at("ops_done") : 0;
  outcome.coverage = coverage_;
  outcome.history = history_.text();
  return outcome;
}

}  // namespace real
