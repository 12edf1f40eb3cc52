// lockctl health: every server about itself, and whether together they can serve.
#include "cli/lockctl/health.hpp"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <set>

#include "cli/common/exit_code.hpp"
#include "cli/common/table.hpp"
#include "cli/lockctl/cluster.hpp"
#include "cli/lockctl/endpoints.hpp"
#include "cli/lockctl/say.hpp"
#include "cli/lockctl/verbs.hpp"

namespace lockctl {
namespace {

// Once most have answered, the others get this long: a dead server must not hold up the answer about the
// living.
constexpr std::chrono::milliseconds kStragglers{250};

std::vector<ServerHealth> ask_each(const std::vector<std::string>& endpoints, base::Duration within) {
  boost::asio::io_context io(1);
  std::vector<ServerHealth> servers;
  std::vector<std::unique_ptr<net::ClientDriver>> drivers;
  std::vector<client::CallId> calls;
  std::size_t open = endpoints.size();
  boost::asio::steady_timer stragglers(io);
  for (const auto& endpoint : endpoints) servers.push_back({endpoint, std::nullopt, "no answer"});
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    client::Config config;
    config.endpoints = {endpoints[i]};
    config.seed = i;
    drivers.push_back(std::make_unique<net::ClientDriver>(io, config));
    const auto answered = [&, i](const client::Finished& finished) {
      const auto* reply = std::get_if<lock::Reply>(&finished.outcome);
      const auto* health = reply ? std::get_if<lock::Health>(reply) : nullptr;
      if (health) servers[i].health = *health;
      if (--open != (endpoints.size() - 1) / 2) return;
      stragglers.expires_after(kStragglers);
      stragglers.async_wait([&](const boost::system::error_code& error) {
        if (error) return;
        for (std::size_t k = 0; k < drivers.size(); ++k) drivers[k]->give_up(calls[k]);
      });
    };
    calls.push_back(drivers.back()->begin(lock::Query(lock::GetHealth{}), within, answered));
  }
  while (open > 0) io.run_one();
  return servers;
}

}  // namespace

std::vector<ServerHealth> ask_only(const std::vector<std::string>& endpoints, base::Duration within) {
  return ask_each(endpoints, within);
}

std::vector<ServerHealth> ask_all(const std::vector<std::string>& endpoints, base::Duration within) {
  auto servers = ask_each(endpoints, within);
  std::set<std::string> asked(endpoints.begin(), endpoints.end());
  std::vector<std::string> more;
  for (const auto& server : servers) {
    if (!server.health) continue;
    for (const auto& member : server.health->members) {
      if (asked.insert(member).second) more.push_back(member);
    }
  }
  if (more.empty()) return servers;
  std::ranges::move(ask_each(more, within), std::back_inserter(servers));
  return servers;
}

const lock::Health* leader_of(const std::vector<ServerHealth>& servers) {
  for (const auto& candidate : servers) {
    if (!candidate.health || candidate.health->role != "leader") continue;
    const auto& leader = *candidate.health;
    const auto followers = std::ranges::count_if(servers, [&](const ServerHealth& server) {
      return server.health && server.health->cluster == leader.cluster &&
             server.health->term == leader.term && server.health->leader == leader.node;
    });
    if (static_cast<std::size_t>(followers) * 2 > leader.members.size()) return &leader;
  }
  return nullptr;
}

namespace {

std::vector<std::string> row_of(const ServerHealth& server) {
  if (!server.health) return {"-", server.endpoint, server.problem, "-", "-", "-", "-"};
  const auto& h = *server.health;
  return {std::to_string(h.node),
          server.endpoint,
          h.role,
          std::to_string(h.term),
          h.leader == 0 ? "-" : std::to_string(h.leader),
          std::to_string(h.commit),
          h.version};
}

}  // namespace

int carry_out(const Global& global, const Health&) {
  const auto endpoints = find_endpoints(global);
  if (!endpoints) return complain(endpoints.error()), cli::kUsage;
  const auto within = std::min<base::Duration>(global.timeout, std::chrono::seconds(2));
  const auto servers = ask_all(endpoints.value(), within);
  const bool reached =
      std::ranges::any_of(servers, [](const auto& server) { return server.health.has_value(); });
  if (global.output == Output::json) {
    for (const auto& server : servers) print(json_of(server));
  } else if (reached) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& server : servers) rows.push_back(row_of(server));
    print(cli::table({"NODE", "ADDRESS", "ROLE", "TERM", "LEADER", "COMMIT", "VERSION"}, rows));
  }
  if (!reached) return complain(why_not_reached(endpoints.value(), within)), cli::kNo;
  if (leader_of(servers)) return cli::kYes;
  say(global.quiet, "no leader that a majority follows: locks can't be granted now");
  return cli::kNo;
}

}  // namespace lockctl
