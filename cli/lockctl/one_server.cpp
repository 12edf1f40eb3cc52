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

// The one that is meant, or the first of the endpoints that answers.
base::Result<std::string> pick(const Global& global, const std::string& server) {
  if (!server.empty()) return server;
  const auto endpoints = find_endpoints(global);
  if (!endpoints) return endpoints.failure();
  for (const auto& asked : ask_all(endpoints.value(), std::min<base::Duration>(global.timeout, 2s))) {
    if (asked.health) return asked.endpoint;
  }
  return base::Error{why_not_reached(endpoints.value(), std::min<base::Duration>(global.timeout, 2s))};
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
    if (!all) return complain(all.error()), cli::kFailed;
    servers = all.value();
  } else {
    const auto one = pick(global, snapshot.server);
    if (!one) return complain(one.error()), cli::kFailed;
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
  if (!server) return complain(server.error()), cli::kFailed;
  Global there = global;
  there.endpoints = server.value();
  const lock::Admin question = lock::GetMetrics{};
  return ask_once(there, {"metrics", question, {}, cli::kFailed}, [&](const lock::Reply& reply) -> int {
    const auto* metrics = std::get_if<lock::Metrics>(&reply);
    if (!metrics) return unexpected(reply);
    print(global.output == Output::json ? json_of(*metrics) : cli::prometheus(*metrics));
    return cli::kYes;
  });
}

}  // namespace lockctl
