// One server of a local cluster as a process.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/lockctl/dev_state.hpp"
#include "core/base/time.hpp"

namespace lockctl {

// lockd beside this very program, else on PATH.
base::Result<std::string> find_lockd();

// Ports of the loopback address on which nobody listens now, below those that the system gives to outgoing
// connections: a server that is down for a moment must find its port free again.
base::Result<std::vector<std::uint16_t>> free_ports(std::size_t count);

// Notes its pid and start time in `server`. It outlives this process; what it says goes to its log file.
base::Status start_server(const std::string& lockd, const DevCluster& cluster, DevServer& server);

// TERM, then KILL after a while; returns when they are gone.
void stop_servers(const std::vector<DevServer>& servers);

// Whether it has ended within that time, by itself.
bool await_end_of(const DevServer& server, base::Duration within);

// The last line of its log.
std::string last_words(const DevCluster& cluster, const DevServer& server);

// `KILL`, `SIGKILL` or `9`.
std::optional<int> parse_signal(const std::string& text);

}  // namespace lockctl
