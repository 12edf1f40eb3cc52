// lockctl snapshot, metrics: what one server is asked for itself, or each of them in turn.
#include "cli/common/prometheus.hpp"
#include "cli/common/table.hpp"
#include "cli/lockctl/endpoints.hpp"
#include "cli/lockctl/health.hpp"
#include "cli/lockctl/one_shot.hpp"
#include "cli/lockctl/output.hpp"
#include "cli/lockctl/say.hpp"
#include "cli/lockctl/verbs.hpp"

namespace lockctl {
namespace {

using namespace std::chrono_literals;

// The one that is meant, or the first of the endpoints that answers. Nobody is asked who does not answer at
// all: a snapshot may take its time, a dead server is known at once.
base::Result<std::string> pick(const Global& global, const std::string& server) {
  Global there = global;
  if (!server.empty()) there.endpoints = server;
  const auto endpoints = find_endpoints(there);
  if (!endpoints) return endpoints.failure();
  const auto within = std::min<base::Duration>(global.timeout, 2s);
  const auto asked =
      server.empty() ? ask_all(endpoints.value(), within) : ask_only(endpoints.value(), within);
  for (const auto& one : asked) {
    if (one.health) return one.endpoint;
  }
  return base::Error{why_not_reached(endpoints.value(), within)};
}

base::Result<std::vector<std::string>> every_member(const Global& global) {
  const auto endpoints = find_endpoints(global);
  if (!endpoints) return endpoints.failure();
  Cluster cluster(endpoints.value(), kSessionTtl, "snapshot");
  const auto outcome = cluster.ask(lock::Admin(lock::GetMembers{}), global.timeout).outcome;
  const auto* reply = std::get_if<lock::Reply>(&outcome);
  const auto* members = reply ? std::get_if<lock::Members>(reply) : nullptr;
  if (!members) return base::Error{why_not_reached(endpoints.value(), global.timeout)};
  std::vector<std::string> addresses;
  for (const auto& member : members->members) addresses.push_back(member.address);
  return addresses;
}

struct Taken {
  std::string endpoint;
  std::optional<lock::SnapshotTaken> taken;
  std::string problem;
};

Taken take_snapshot(const std::string& endpoint, base::Duration within) {
  Cluster cluster({endpoint}, kSessionTtl, "snapshot");
  const auto outcome = cluster.ask(lock::Admin(lock::TakeSnapshot{}), within).outcome;
  const auto* reply = std::get_if<lock::Reply>(&outcome);
  if (!reply) return {endpoint, {}, why_not_reached({endpoint}, within)};
  if (const auto* refused = std::get_if<lock::Refused>(reply)) return {endpoint, {}, refused->why};
  const auto* taken = std::get_if<lock::SnapshotTaken>(reply);
  if (!taken) return {endpoint, {}, std::string("it answered with ") + lock::name_of(*reply)};
  return {endpoint, *taken, ""};
}

void print_json(const Taken& one) {
  if (one.taken) {
    print(json_object({{"endpoint", one.endpoint},
                       {"done", true},
                       {"index", one.taken->index},
                       {"bytes", one.taken->bytes}}));
  } else {
    print(json_object({{"endpoint", one.endpoint}, {"done", false}, {"problem", one.problem}}));
  }
}

}  // namespace

int carry_out(const Global& global, const Snapshot& snapshot) {
  std::vector<std::string> servers;
  if (snapshot.all) {
    const auto all = every_member(global);
    if (!all) return complain(all.error()), cli::kNotInTime;
    servers = all.value();
  } else {
    const auto one = pick(global, snapshot.server);
    if (!one) return complain(one.error()), cli::kNotInTime;
    servers = {one.value()};
  }
  std::vector<std::vector<std::string>> rows;
  bool every = true;
  for (const auto& server : servers) {
    const auto one = take_snapshot(server, snapshot.wait.value_or(1min));
    every = every && one.taken;
    if (!one.taken) complain(server + ": no snapshot: " + one.problem);
    if (global.output == Output::json) print_json(one);
    if (one.taken)
      rows.push_back({server, std::to_string(one.taken->index), std::to_string(one.taken->bytes)});
  }
  if (global.output != Output::json && !rows.empty()) print(cli::table({"ADDRESS", "INDEX", "BYTES"}, rows));
  return every ? cli::kYes : cli::kNo;
}

int carry_out(const Global& global, const ShowMetrics& show) {
  const auto server = pick(global, show.server);
  if (!server) return complain(server.error()), cli::kNotInTime;
  Global there = global;
  there.endpoints = server.value();
  const lock::Admin question = lock::GetMetrics{};
  return ask_once(there, {"metrics", question, {}, cli::kNotInTime}, [&](const lock::Reply& reply) -> int {
    const auto* metrics = std::get_if<lock::Metrics>(&reply);
    if (!metrics) return unexpected(reply);
    print(global.output == Output::json ? json_of(*metrics) : cli::prometheus(*metrics));
    return cli::kYes;
  });
}

}  // namespace lockctl
