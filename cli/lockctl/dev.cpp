// lockctl dev: a cluster on this machine, in this folder, to try things on.
#include <algorithm>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <random>
#include <sys/wait.h>

#include "cli/common/exit_code.hpp"
#include "cli/common/process.hpp"
#include "cli/common/table.hpp"
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

int fail(const std::string& line, int code) {
  return complain(line), code;
}

base::Result<DevCluster> create(const std::string& folder, std::uint32_t servers) {
  const auto ports = free_ports(servers);
  if (!ports) return ports.failure();
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return base::Error{"cannot make the folder " + folder + ": " + error.message()};
  DevCluster cluster{folder, "dev-" + std::to_string(std::random_device()()), {}, 0, false};
  for (const auto port : ports.value()) {
    const auto node = ++cluster.last_node;
    cluster.servers.push_back(
        {node, "127.0.0.1:" + std::to_string(port), 0, 0, false, "node" + std::to_string(node)});
  }
  return cluster;
}

const DevServer* first_dead(const DevCluster& cluster) {
  for (const auto& server : cluster.servers) {
    if (!server.running()) return &server;
  }
  return nullptr;
}

// Until a leader answers a read that needs a majority.
base::Status await_service(const DevCluster& cluster, base::Duration within) {
  const auto end = net::now() + within;
  Cluster client(cluster.endpoints(), kSessionTtl, "dev up");
  while (net::now() < end) {
    const auto finished = client.ask(lock::Query(lock::GetStatus{"dev"}), 300ms);
    if (std::holds_alternative<lock::Reply>(finished.outcome)) return base::Done{};
    if (const auto* dead = first_dead(cluster)) {
      return base::Error{"server " + std::to_string(dead->node) + " on " + dead->endpoint +
                         " ended: " + last_words(cluster, *dead)};
    }
  }
  return base::Error{"the servers run, but no leader answers; see " + cluster.folder + "/node*.log"};
}

std::string what_next(int signal, std::uint64_t node) {
  if (signal == SIGSTOP) return "; `lockctl dev resume " + std::to_string(node) + "` lets it go on";
  return signal == SIGKILL || signal == SIGTERM ? "; `lockctl dev up` starts what is down" : "";
}

void greet(const Global& global, const DevCluster& cluster) {
  const auto endpoints = join(cluster.endpoints(), ",");
  if (global.output == Output::json) {
    print(json_object({{"endpoints", endpoints}, {"folder", cluster.folder}}));
    return;
  }
  print(endpoints + "\n");
  say(global.quiet,
      "a cluster of " + std::to_string(cluster.servers.size()) + " runs; its data is in " + cluster.folder);
  say(global.quiet,
      "in this folder and below, type: lockctl run hello -- sh -c 'echo I hold it, token $LOCKD_TOKEN'");
  say(global.quiet, "elsewhere: export LOCKD_ENDPOINTS=" + endpoints);
  say(global.quiet, "then: lockctl dev kill leader; lockctl health; lockctl dev up; lockctl dev down");
}

int bring_up(const Global& global, const DevUp& up, const std::string& folder) {
  const auto found = load_dev_cluster(folder);
  if (!found) return fail(found.error(), cli::kFailed);
  if (found.value() && up.servers != 0 && found.value()->servers.size() != up.servers) {
    return fail("there is a cluster of " + std::to_string(found.value()->servers.size()) + " in " + folder +
                    ": `lockctl dev down` removes it",
                cli::kUsage);
  }
  const auto lockd = find_lockd();
  if (!lockd) return fail(lockd.error(), cli::kFailed);
  auto made = found.value() ? base::Result<DevCluster>(*found.value())
                            : create(folder, up.servers == 0 ? 5 : up.servers);
  if (!made) return fail(made.error(), cli::kFailed);
  auto& cluster = made.value();
  for (auto& server : cluster.servers) {
    if (server.running()) continue;
    const auto started = start_server(lockd.value(), cluster, server);
    // At once: a server that nobody remembers could not be stopped.
    const auto saved = save_dev_cluster(cluster);
    if (!started || !saved) {
      stop_servers(cluster.servers);
      return fail(started ? saved.error() : started.error(), cli::kFailed);
    }
  }
  const auto serves = await_service(cluster, 15s);
  if (!serves) return fail(serves.error(), cli::kFailed);
  cluster.begun = true;
  const auto saved = save_dev_cluster(cluster);
  if (!saved) return fail(saved.error(), cli::kFailed);
  greet(global, cluster);
  return cli::kYes;
}

}  // namespace

int carry_out(const Global& global, const DevUp& up) {
  const auto folder = dev_folder_of(up.folder);
  std::error_code ignored;
  const bool new_here = !fs::exists(folder, ignored);
  fs::create_directories(folder, ignored);
  const DevLock only_one(folder);
  const auto code = bring_up(global, up, folder);
  // Nothing was started: nothing is left behind.
  if (new_here && code != cli::kYes && !fs::exists(fs::path(folder) / "cluster.json", ignored))
    fs::remove_all(folder, ignored);
  return code;
}

int carry_out(const Global& global, const DevStatus& status) {
  const auto cluster = existing_dev_cluster(status.folder);
  if (!cluster) return fail(cluster.error(), cli::kNo);
  const auto health = ask_all(cluster->endpoints(), 2s);
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < cluster->servers.size(); ++i) {
    const auto& server = cluster->servers[i];
    const auto& said = health[i].health;
    const std::string role = said ? said->role : server.running() ? "no answer" : "down";
    if (global.output == Output::json) {
      print(json_object({{"node", server.node},
                         {"endpoint", server.endpoint},
                         {"pid", std::int64_t{server.pid}},
                         {"running", server.running()},
                         {"role", role}}));
    }
    rows.push_back({std::to_string(server.node), server.endpoint,
                    server.running() ? std::to_string(server.pid) : "-", role,
                    said ? std::to_string(said->commit) : "-", cluster->log_of(server)});
  }
  if (global.output != Output::json)
    print(cli::table({"NODE", "ADDRESS", "PID", "ROLE", "COMMIT", "LOG"}, rows));
  return leader_of(health) ? cli::kYes : cli::kNo;
}

int carry_out(const Global& global, const DevKill& kill) {
  const auto cluster = existing_dev_cluster(kill.folder);
  if (!cluster) return fail(cluster.error(), cli::kNo);
  const auto signal = parse_signal(kill.signal);
  if (!signal)
    return fail("--signal: '" + kill.signal + "' is no signal: give a name such as KILL, TERM, STOP or CONT",
                cli::kUsage);
  std::uint64_t node = 0;
  if (kill.whom == "leader") {
    const auto health = ask_all(cluster->endpoints(), 2s);
    const auto* leader = leader_of(health);
    if (!leader) return fail("there is no leader now", cli::kNo);
    node = leader->node;
  } else {
    std::from_chars(kill.whom.data(), kill.whom.data() + kill.whom.size(), node);
  }
  const auto server = std::ranges::find(cluster->servers, node, &DevServer::node);
  if (server == cluster->servers.end()) {
    return fail("'" + kill.whom +
                    "' is no server: give `leader` or one of the numbers that `lockctl dev status` shows",
                cli::kUsage);
  }
  const auto process = cli::find_process(server->pid);
  if (!server->running() || cli::send_signal(*process, *signal) != cli::Signalled::yes) {
    return fail("server " + std::to_string(node) + " does not run", cli::kNo);
  }
  say(global.quiet, "sent " + kill.signal + " to server " + std::to_string(node) + " (pid " +
                        std::to_string(server->pid) + ", " + server->endpoint + ")" +
                        what_next(*signal, node));
  return cli::kYes;
}

// Only of the folder itself: what removes a cluster does not look for one further up.
int carry_out(const Global& global, const DevDown& down) {
  const auto cluster = existing_dev_cluster(down.folder.empty() ? "." : down.folder);
  if (!cluster) {
    const auto above = find_dev_cluster();
    if (!down.folder.empty()) return fail(cluster.error(), cli::kNo);
    if (!above || !above.value()) return fail(existing_dev_cluster("").error(), cli::kNo);
    const auto folder = fs::path(above.value()->folder).parent_path().string();
    return fail("no local cluster in this folder; the one above it is ended by `lockctl dev down --dir " +
                    folder + "`",
                cli::kNo);
  }
  const DevLock only_one(cluster->folder);
  stop_servers(cluster->servers);
  std::error_code error;
  if (!down.keep) fs::remove_all(cluster->folder, error);
  if (error) return fail("cannot remove " + cluster->folder + ": " + error.message(), cli::kFailed);
  say(global.quiet, down.keep
                        ? "stopped; the data stays in " + cluster->folder + " for the next `lockctl dev up`"
                        : "stopped, and removed " + cluster->folder);
  return cli::kYes;
}

}  // namespace lockctl
