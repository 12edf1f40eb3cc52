// lockctl dev add, remove, restart: the local cluster grows, shrinks, and is renewed while it serves.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <thread>

#include "cli/common/exit_code.hpp"
#include "cli/lockctl/cluster.hpp"
#include "cli/lockctl/dev_server.hpp"
#include "cli/lockctl/endpoints.hpp"
#include "cli/lockctl/health.hpp"
#include "cli/lockctl/say.hpp"
#include "cli/lockctl/verbs.hpp"

namespace lockctl {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr base::Duration kPatience = 20s;

int fail(const std::string& line, int code) {
  return complain(line), code;
}

std::string title(const DevServer& server) {
  return "server " + std::to_string(server.node);
}

base::Result<std::vector<DevServer>::iterator> find(DevCluster& cluster, std::uint64_t node) {
  const auto found = std::ranges::find(cluster.servers, node, &DevServer::node);
  if (found != cluster.servers.end()) return found;
  return base::Error{std::to_string(node) + " is no server: `lockctl dev status` shows them"};
}

// The id that the cluster has given to whom it reaches at this address, once that is a voter.
std::optional<std::uint64_t> voter_at(Cluster& client, const std::string& address) {
  const auto outcome = client.ask(lock::Admin(lock::GetMembers{}), 1s).outcome;
  const auto* reply = std::get_if<lock::Reply>(&outcome);
  const auto* members = reply ? std::get_if<lock::Members>(reply) : nullptr;
  if (!members) return std::nullopt;
  for (const auto& member : members->members) {
    if (member.address == address && (member.role == "voter" || member.role == "leader"))
      return member.id.value;
  }
  return std::nullopt;
}

base::Result<std::uint64_t> await_voter(const DevCluster& cluster, const DevServer& server) {
  auto others = cluster.endpoints();
  std::erase(others, server.endpoint);
  Cluster client(others, kSessionTtl, "dev add");
  const auto end = net::now() + kPatience;
  while (net::now() < end) {
    if (const auto id = voter_at(client, server.endpoint)) return *id;
    if (!server.running()) return base::Error{"the new server ended: " + last_words(cluster, server)};
    std::this_thread::sleep_for(20ms);
  }
  return base::Error{"the new server runs, but does not vote yet; see " + cluster.log_of(server)};
}

void forget(DevCluster& cluster, std::vector<DevServer>::iterator server) {
  std::error_code ignored;
  fs::remove_all(cluster.data_of(*server), ignored);
  fs::remove(cluster.log_of(*server), ignored);
  cluster.servers.erase(server);
}

// By its own word: it knows a leader, and its log reaches `commit`.
base::Status await_back(const DevCluster& cluster, const DevServer& server, std::uint64_t commit) {
  const auto end = net::now() + kPatience;
  while (net::now() < end) {
    const auto asked = ask_all({server.endpoint}, 500ms);
    const auto& health = asked.front().health;
    if (health && health->leader != 0 && health->commit >= commit && leader_of(asked)) return base::Done{};
    if (!server.running()) return base::Error{title(server) + " ended: " + last_words(cluster, server)};
    std::this_thread::sleep_for(20ms);
  }
  return base::Error{title(server) + " runs, but has not caught up; see " + cluster.log_of(server)};
}

base::Status restart(const std::string& lockd, DevCluster& cluster, DevServer& server, std::uint64_t commit) {
  stop_servers({server});
  const auto started = start_server(lockd, cluster, server);
  const auto saved = save_dev_cluster(cluster);
  if (!started) return started;
  return saved ? await_back(cluster, server, commit) : saved;
}

// Those that somebody took out of the cluster: none of them would ever catch up.
std::vector<std::uint64_t> no_members(const Global& global, const DevCluster& cluster) {
  Cluster client(cluster.endpoints(), kSessionTtl, "dev restart");
  const auto outcome = client.ask(lock::Admin(lock::GetMembers{}), kPatience).outcome;
  const auto* reply = std::get_if<lock::Reply>(&outcome);
  const auto* members = reply ? std::get_if<lock::Members>(reply) : nullptr;
  std::vector<std::uint64_t> out;
  if (!members) return out;
  for (const auto& server : cluster.servers) {
    if (std::ranges::find(members->members, server.endpoint, &lock::MemberView::address) !=
        members->members.end())
      continue;
    say(global.quiet, title(server) + " is no member any more and left alone; `lockctl dev remove " +
                          std::to_string(server.node) + "` forgets it");
    out.push_back(server.node);
  }
  return out;
}

// The leader last, so that leadership moves once only.
std::vector<DevServer>::iterator next_of(DevCluster& cluster, const std::vector<std::uint64_t>& done,
                                         std::uint64_t leader) {
  const auto open = [&](const DevServer& server) {
    return std::ranges::find(done, server.node) == done.end();
  };
  const auto follower = std::ranges::find_if(
      cluster.servers, [&](const DevServer& server) { return open(server) && server.node != leader; });
  return follower != cluster.servers.end() ? follower : std::ranges::find_if(cluster.servers, open);
}

}  // namespace

int carry_out(const Global& global, const DevAdd& add) {
  const auto seen = existing_dev_cluster(add.folder);
  if (!seen) return fail(seen.error(), cli::kNo);
  const DevLock only_one(seen->folder);
  auto found = existing_dev_cluster(add.folder);
  if (!found) return fail(found.error(), cli::kNo);
  auto& cluster = found.value();
  const auto lockd = find_lockd();
  if (!lockd) return fail(lockd.error(), cli::kFailed);
  const auto ports = free_ports(1);
  if (!ports) return fail(ports.error(), cli::kFailed);
  const auto number = ++cluster.last_node;
  cluster.servers.push_back(
      {number, "127.0.0.1:" + std::to_string(ports->front()), 0, 0, true, "node" + std::to_string(number)});
  auto& server = cluster.servers.back();
  const auto started = start_server(lockd.value(), cluster, server);
  const auto saved = save_dev_cluster(cluster);
  if (!started || !saved) {
    stop_servers({server});
    return fail(started ? saved.error() : started.error(), cli::kFailed);
  }
  const auto joined = await_voter(cluster, server);
  if (joined) {
    server.node = joined.value();
    cluster.last_node = std::max(cluster.last_node, server.node);
  } else if (!server.running()) {
    forget(cluster, std::prev(cluster.servers.end()));
  }
  const auto noted = save_dev_cluster(cluster);
  if (!joined || !noted) return fail(joined ? noted.error() : joined.error(), cli::kFailed);
  if (global.output == Output::json)
    print(json_object({{"node", server.node}, {"endpoint", server.endpoint}, {"folder", cluster.folder}}));
  say(global.quiet, title(server) + " has joined, on " + server.endpoint + ", and votes");
  return cli::kYes;
}

int carry_out(const Global& global, const DevRemove& remove) {
  const auto seen = existing_dev_cluster(remove.folder);
  if (!seen) return fail(seen.error(), cli::kNo);
  const DevLock only_one(seen->folder);
  auto found = existing_dev_cluster(remove.folder);
  if (!found) return fail(found.error(), cli::kNo);
  auto& cluster = found.value();
  const auto server = find(cluster, remove.node);
  if (!server) return fail(server.error(), cli::kUsage);
  if (cluster.servers.size() == 1)
    return fail(title(*server.value()) + " is the last one here: `lockctl dev down` ends the cluster",
                cli::kNo);
  Cluster client(cluster.endpoints(), kSessionTtl, "dev remove");
  const auto outcome =
      client.ask(lock::Admin(lock::ChangeMembers{{}, {base::NodeId(remove.node)}, {}}), kPatience).outcome;
  const auto* reply = std::get_if<lock::Reply>(&outcome);
  if (!reply) return fail(why_not_reached(cluster.endpoints(), kPatience), cli::kNotInTime);
  if (const auto* refused = std::get_if<lock::Refused>(reply)) return fail(refused->why, cli::kNo);
  // One that is told of its removal ends by itself.
  if (!await_end_of(*server.value(), 3s)) stop_servers({*server.value()});
  const auto said = title(*server.value()) + " is removed, and its data";
  forget(cluster, server.value());
  const auto saved = save_dev_cluster(cluster);
  if (!saved) return fail(saved.error(), cli::kFailed);
  say(global.quiet, said);
  return cli::kYes;
}

int carry_out(const Global& global, const DevRestart& wanted) {
  const auto seen = existing_dev_cluster(wanted.folder);
  if (!seen) return fail(seen.error(), cli::kNo);
  const DevLock only_one(seen->folder);
  auto found = existing_dev_cluster(wanted.folder);
  if (!found) return fail(found.error(), cli::kNo);
  auto& cluster = found.value();
  const auto lockd = find_lockd();
  if (!lockd) return fail(lockd.error(), cli::kFailed);
  if (wanted.node != 0) {
    if (const auto known = find(cluster, wanted.node); !known) return fail(known.error(), cli::kUsage);
  }
  const std::size_t count = wanted.node != 0 ? 1 : cluster.servers.size();
  auto done = wanted.node != 0 ? std::vector<std::uint64_t>() : no_members(global, cluster);
  while (done.size() < count) {
    const auto health = ask_all(cluster.endpoints(), 2s);
    const auto* leader = leader_of(health);
    auto server = wanted.node != 0 ? find(cluster, wanted.node).value()
                                   : next_of(cluster, done, leader ? leader->node : 0);
    if (wanted.node == 0 && !leader)
      return fail("no leader that a majority follows: see `lockctl dev status`", cli::kFailed);
    const auto back = restart(lockd.value(), cluster, *server, leader ? leader->commit : 0);
    if (!back) return fail(back.error(), cli::kFailed);
    say(global.quiet, title(*server) + " is back, and has caught up");
    done.push_back(server->node);
  }
  return cli::kYes;
}

}  // namespace lockctl
