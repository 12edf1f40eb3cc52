// lockctl acquire: a hold that outlives this process, named by its token.
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli/common/exit_code.hpp"
#include "cli/lockctl/acquire_lock.hpp"
#include "cli/lockctl/endpoints.hpp"
#include "cli/lockctl/keeper.hpp"
#include "cli/lockctl/output.hpp"
#include "cli/lockctl/say.hpp"
#include "cli/lockctl/verbs.hpp"

namespace lockctl {
namespace {

using namespace std::chrono_literals;

int fail(const std::string& line, int code) {
  return complain(line), code;
}

// Takes the lock and closes its session; a grant remains as a detached hold.
Acquired take(const Global& global, const Acquire& acquire, const std::vector<std::string>& endpoints) {
  Cluster cluster(endpoints, kSessionTtl, "acquire " + acquire.lock.name);
  Signals signals(cluster.io(), {SIGHUP, SIGINT, SIGQUIT, SIGTERM}, nullptr);
  auto acquired = acquire_lock(cluster, signals, global, acquire.lock, acquire.lock.ttl);
  cluster.close();
  return acquired;
}

void give_back(const Global& global, const Acquire& acquire, const std::vector<std::string>& endpoints,
               const Granted& granted) {
  // A release by token would end an outer lockctl's hold with it; this part ends with its lease.
  if (granted.entries > 1) return;
  Cluster cluster(endpoints, kSessionTtl, "acquire " + acquire.lock.name);
  cluster.ask(lock::Operation(lock::Release{global.full_name(acquire.lock.name), granted.token}), 2s);
  cluster.close();
}

}  // namespace

int carry_out(const Global& global, const Acquire& acquire) {
  const auto endpoints = find_endpoints(global);
  if (!endpoints) return fail(endpoints.error(), cli::kUsage);
  // Opened before anything else: from here on the pid can't come to mean another process.
  int watched = -1;
  if (acquire.while_pid) {
    watched = static_cast<int>(::syscall(SYS_pidfd_open, *acquire.while_pid, 0));
    if (watched < 0) {
      return fail("--while-pid " + std::to_string(*acquire.while_pid) + ": " + std::strerror(errno) +
                      "; give the pid of a running process, such as $$",
                  cli::kUsage);
    }
  }
  const auto acquired = take(global, acquire, endpoints.value());
  const auto* granted = std::get_if<Granted>(&acquired);
  if (!granted) return exit_code_of(acquired, global, acquire.lock, cli::kNotInTime, cli::kUsage);
  const Keep keep{endpoints.value(), global.full_name(acquire.lock.name),
                  granted->token,    acquire.lock.ttl,
                  watched,           granted->entries > 1};
  if (watched >= 0 && !start_keeper(keep)) {
    const std::string why = std::strerror(errno);
    give_back(global, acquire, endpoints.value(), *granted);
    return fail("cannot start the keeper: " + why, cli::kFailed);
  }
  // Nobody who can't read the token could ever release the hold.
  ::signal(SIGPIPE, SIG_IGN);
  const auto text = global.output == Output::json
                        ? json_object({{"name", acquire.lock.name},
                                       {"token", granted->token.value},
                                       {"ttl_ms", std::int64_t{acquire.lock.ttl.count()}}})
                        : std::to_string(granted->token.value) + "\n";
  if (print(text)) return cli::kYes;
  const std::string why = std::strerror(errno);
  give_back(global, acquire, endpoints.value(), *granted);
  return fail("cannot write the token to standard output: " + why + "; " + acquire.lock.name +
                  (granted->entries > 1 ? " is still held by the outer lockctl" : " was given back"),
              cli::kFailed);
}

}  // namespace lockctl
