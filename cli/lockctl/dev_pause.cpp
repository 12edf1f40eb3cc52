// lockctl dev pause, resume: a server of the local cluster that sleeps for a while.
#include <charconv>
#include <csignal>

#include "cli/common/exit_code.hpp"
#include "cli/common/process.hpp"
#include "cli/lockctl/dev_server.hpp"
#include "cli/lockctl/say.hpp"
#include "cli/lockctl/verbs.hpp"

namespace lockctl {
namespace {

// Nothing: it does not run.
std::optional<char> state_of(const DevServer& server) {
  const auto process = server.running() ? cli::find_process(server.pid) : std::nullopt;
  return process ? std::optional(process->state) : std::nullopt;
}

int resume(const Global& global, const DevServer& server) {
  const auto title = "server " + std::to_string(server.node);
  const auto state = state_of(server);
  if (!state) return complain(title + " does not run: `lockctl dev up` starts it"), cli::kNo;
  cli::send_signal(*cli::find_process(server.pid), SIGCONT);
  say(global.quiet, title + (*state == 'T' ? " goes on" : " was not paused"));
  return cli::kYes;
}

int resume_all(const Global& global, const DevCluster& cluster) {
  std::size_t paused = 0;
  for (const auto& server : cluster.servers) {
    if (state_of(server) != 'T') continue;
    ++paused;
    resume(global, server);
  }
  if (paused == 0) say(global.quiet, "no server is paused");
  return cli::kYes;
}

}  // namespace

int carry_out(const Global& global, const DevPause& pause) {
  if (!pause.resume) return carry_out(global, DevKill{pause.folder, pause.whom, "STOP"});
  const auto cluster = existing_dev_cluster(pause.folder);
  if (!cluster) return complain(cluster.error()), cli::kNo;
  if (pause.whom == "all") return resume_all(global, cluster.value());
  std::uint64_t node = 0;
  std::from_chars(pause.whom.data(), pause.whom.data() + pause.whom.size(), node);
  for (const auto& server : cluster->servers) {
    if (server.node == node && node != 0) return resume(global, server);
  }
  return complain("'" + pause.whom +
                  "' is no server: give `all` or one of the numbers that `lockctl dev status` shows"),
         cli::kUsage;
}

}  // namespace lockctl
