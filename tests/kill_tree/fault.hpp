// What can happen to a command's lock, and to those who are to end the command in time.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace kill_tree {

enum class Victim { lockctl, watchdog, guard };
struct Hit {
  Victim whom;
  int signal;
};

struct Fault {
  std::string name;
  std::string what;
  bool requests_lost = false, replies_lost = false;
  bool servers_stopped = false;
  std::vector<Hit> hits = {};
  std::optional<int> code = {};  // what lockctl must exit with, where it lives
  int lockctl_ppm = 0, servers_ppm = 0;
  bool beyond = false;  // past what is promised: a trial without survivors tells nothing
};

const std::vector<Fault>& faults();

}  // namespace kill_tree
