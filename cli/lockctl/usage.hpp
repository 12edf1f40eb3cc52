// What processes cost over a time, from /proc.
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace lockctl {

struct Usage {
  double servers_cpu_s = 0;
  double self_cpu_s = 0;
  double machine_cpu_s = 0;  // of everybody
  double written_bytes = 0;  // by the servers
  double peak_mib = 0;       // of all servers together
};

Usage measure_usage(const std::vector<pid_t>& servers);
// The three load averages.
std::string load_average();

}  // namespace lockctl
