// An agent as its program and the world see it.
#include "sim/agent.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/base/overload.hpp"

namespace sim {

using base::Overload;

namespace {
// A word to the store is on its way for up to so long; the last byte of an upload may be held up more.
constexpr std::int64_t kWordNs = 5'000'000;
constexpr std::int64_t kLastByteNs = 400'000'000;
}  // namespace

Agent::Agent(Made made, Surroundings& world, Clock clock, std::unique_ptr<Program> program)
    : made_(std::move(made)),
      world_(world),
      clock_(clock),
      random_(made_.draws),
      program_(std::move(program)) {}

void Agent::start() {
  CHECK(!client_);
  ++epoch_;
  id_ = world_.history.new_client(made_.name);
  make_client(std::nullopt);
  task_ = program_->run(*this);
  waiting_ = task_.handle();
  begun_ = false;
  resume();
}

void Agent::make_client(std::optional<Place> server) {
  client::Config config;
  for (Place place = 0; place < world_.servers; ++place) {
    if (!server || *server == place) config.endpoints.push_back(address_of(place));
  }
  config.session_ttl = made_.ttl;
  config.who = made_.name;
  if (made_.under) {
    const auto parent = world_.open_sessions.find(*made_.under);
    if (parent != world_.open_sessions.end()) config.parent = parent->second;
  }
  config.seed = made_.seed + ++clients_made_;
  client_.emplace(std::move(config));
}

void Agent::turn_to(std::optional<Place> server) {
  CHECK(asked_.empty() && !client_->session());
  for (const auto& [connection, link] : links_) world_.network.close(connection, place());
  links_.clear();
  connections_.clear();
  wake_wish_.reset();
  make_client(server);
}

void Agent::crash() {
  CHECK(client_);
  if (deadline_) lose_bound_holds(clock_.when(*deadline_));
  // What is left is detached, and nobody renews it any more.
  while (!holds_.empty()) {
    const auto& [token, hold] = *holds_.begin();
    CHECK(hold.detached_until);
    lose(lock::Token(token), clock_.when(*hold.detached_until));
  }
  world_.open_sessions.erase(place());
  ++epoch_;
  task_ = Task();
  waiting_ = {};
  until_ = {};
  alarm_.reset();
  client_.reset();
  links_.clear();
  connections_.clear();
  count(world_.coverage, "ops_unknown", asked_.size());
  asked_.clear();  // their operations stay open in the history
  finished_.clear();
  grants_.clear();
  deadline_.reset();
  wake_armed_.reset();
  wake_wish_.reset();
  belief_armed_.reset();
  answers_.clear();
  world_.network.close_all(place());
}

client::CallId Agent::begin(client::Question question, std::optional<Duration> within,
                            lock::Consistency consistency) {
  const auto call = last_call_ = last_call_.next();
  if (const auto* operation = std::get_if<lock::Operation>(&question))
    CHECK(!std::holds_alternative<lock::Leave>(*operation));
  if (std::holds_alternative<client::CloseSession>(question)) lose_bound_holds(world_now());
  const auto operation = world_.history.begin(id_, question, world_now(), consistency);
  asked_[call] = {question, id_, operation, world_now()};
  step(client::Begin{call, std::move(question), within, consistency});
  return call;
}

client::CallId Agent::leave(client::CallId granted) {
  const auto call = last_call_ = last_call_.next();
  const auto& grant = grants_.at(granted);
  const client::Question question = lock::Operation(lock::Leave{finished_.at(granted).sequence});
  const auto operation =
      world_.history.begin(id_, question, world_now(), lock::Consistency::linearizable, grant);
  asked_[call] = {question, id_, operation, world_now(), grant};
  step(client::Begin{call, question, std::nullopt});
  return call;
}

void Agent::give_up(client::CallId call) {
  if (asked_.contains(call)) step(client::GiveUp{call});
}

const client::Finished* Agent::finished(client::CallId call) const {
  const auto at = finished_.find(call);
  return at == finished_.end() ? nullptr : &at->second;
}

Agent::RequestNumber Agent::ask_store(Upload upload) {
  const auto flight = upload.step == UploadStep::begin ? kWordNs : kLastByteNs;
  uploads_.emplace(++last_request_, std::move(upload));
  world_.queue.push(world_now() + Duration(random_.between(kWordNs / 10, flight)),
                    {.kind = EventKind::store_request, .detail = place(), .id = last_request_});
  return last_request_;
}

std::optional<bool> Agent::store_answered(RequestNumber request) const {
  const auto at = answers_.find(request);
  return at == answers_.end() ? std::nullopt : std::optional<bool>(at->second);
}

void Agent::on_store_request(RequestNumber request) {
  const auto node = uploads_.extract(request);
  const auto& upload = node.mapped();
  const bool accepted = upload.step == UploadStep::begin
                            ? world_.store.begin(upload.object, upload.token, upload.read_at)
                            : world_.store.commit(upload.object, upload.token);
  if (!is_up()) return;
  world_.queue.push(world_now() + Duration(random_.between(kWordNs / 10, kWordNs)),
                    {.kind = EventKind::store_reply,
                     .actor = place(),
                     .epoch = epoch_,
                     .detail = accepted ? 1u : 0u,
                     .id = request});
}

void Agent::on_store_reply(RequestNumber request, bool accepted) {
  answers_[request] = accepted;
  resume();
}

Agent::Awaited Agent::until(Until until) {
  until_ = std::move(until);
  alarm_.reset();
  if (until_.time) {
    alarm_ = clock_.now() + *until_.time;
    world_.queue.push(clock_.when(*alarm_),
                      {.kind = EventKind::client_alarm, .actor = place(), .epoch = epoch_});
  }
  return Awaited{*this};
}

bool Agent::satisfied() const {
  for (const auto call : until_.calls) {
    if (finished_.contains(call)) return true;
  }
  return (alarm_ && clock_.now() >= *alarm_) || (until_.lost && !believes(*until_.lost)) ||
         (until_.request && answers_.contains(*until_.request));
}

void Agent::resume() {
  if (running_) return;
  running_ = true;
  // The first time it waits for nothing.
  while (waiting_ && (satisfied() || !begun_)) {
    begun_ = true;
    alarm_.reset();
    std::exchange(waiting_, {}).resume();
  }
  running_ = false;
}

bool Agent::holds(const std::string& name) const {
  return std::any_of(holds_.begin(), holds_.end(), [&](const auto& hold) {
    return std::ranges::find(hold.second.names, name) != hold.second.names.end();
  });
}

std::optional<lock::SessionId> Agent::session() const {
  return client_ ? client_->session() : std::nullopt;
}

std::string Agent::holding() const {
  std::string told;
  for (const auto& [token, hold] : holds_) {
    for (const auto& name : hold.names)
      told += (told.empty() ? "" : ", ") + name + " (" + std::to_string(token.value) + ")";
  }
  return told;
}

std::vector<std::string> Agent::held() const {
  std::vector<std::string> held;
  for (const auto& [token, hold] : holds_) held.insert(held.end(), hold.names.begin(), hold.names.end());
  return held;
}

std::string Agent::doing() const {
  if (!is_up()) return "is down";
  if (asked_.empty()) return task_.done() ? "has finished" : "does nothing";
  const auto& question = asked_.begin()->second.question;
  const auto what =
      std::visit(Overload{[](const lock::Operation& o) { return std::string(lock::name_of(o)); },
                          [](const lock::Query&) { return std::string("a query"); },
                          [](const client::CloseSession&) { return std::string("the end of its session"); },
                          [](const lock::Admin&) { return std::string("an operator's request"); }},
                 question);
  return "waits for " + what + " since " + std::to_string(asked_.begin()->second.begun.count() / 1'000'000) +
         "ms";
}

}  // namespace sim
