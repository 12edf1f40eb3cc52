#include "cli/lockctl/usage.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace lockctl {
namespace {

std::string slurp(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

double tick_s() {
  return 1.0 / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

// proc(5): user and system time are the fields 14 and 15 of stat; the second field may hold anything up to
// the last ')'.
double cpu_s(const std::string& pid) {
  const auto stat = slurp("/proc/" + pid + "/stat");
  const auto close = stat.rfind(')');
  if (close == std::string::npos) return 0;
  std::istringstream fields(stat.substr(close + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) * tick_s();
}

double field(const std::string& path, const std::string& key) {
  std::istringstream lines(slurp(path));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(key)) return std::atof(line.c_str() + key.size());
  }
  return 0;
}

// All of `cpu` but idle and waiting for disks.
double machine_s() {
  std::istringstream fields(slurp("/proc/stat"));
  std::string cpu;
  fields >> cpu;
  double busy = 0, value = 0;
  for (int i = 1; i <= 8 && fields >> value; ++i) {
    if (i != 4 && i != 5) busy += value;
  }
  return busy * tick_s();
}

}  // namespace

Usage measure_usage(const std::vector<pid_t>& servers) {
  Usage usage;
  for (const pid_t server : servers) {
    const auto pid = std::to_string(server);
    usage.servers_cpu_s += cpu_s(pid);
    usage.written_bytes += field("/proc/" + pid + "/io", "write_bytes:");
    usage.peak_mib += field("/proc/" + pid + "/status", "VmHWM:") / 1024;
  }
  usage.self_cpu_s = cpu_s("self");
  usage.machine_cpu_s = machine_s();
  return usage;
}

std::string load_average() {
  std::istringstream fields(slurp("/proc/loadavg"));
  std::string one, five, fifteen;
  fields >> one >> five >> fifteen;
  return one + " " + five + " " + fifteen;
}

}  // namespace lockctl
