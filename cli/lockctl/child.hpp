// From fork to exec.
#pragma once

#include <array>
#include <csignal>
#include <string>
#include <sys/types.h>
#include <vector>

namespace lockctl {

// How signals were treated when this process began: what the command is to inherit.
class SignalState {
 public:
  static SignalState now();
  void restore() const;

 private:
  std::array<struct sigaction, 65> actions_{};
  sigset_t mask_{};
};

struct Spawn {
  std::vector<std::string> command;
  std::vector<std::string> environment;  // NAME=value, over what is inherited; NAME: taken away
  int terminal = -1;                     // handed over to the command's process group; -1: none
  SignalState signals;
};
struct Spawned {
  pid_t pid = 0;
  int error = 0;  // the errno of an exec that failed; there is no process then
};

// In a process group of its own; it dies when the process that spawned it does. Without a shell; looked up on
// PATH. Returns when the exec is over.
Spawned spawn(const Spawn& what);

// The terminal now belongs to that process group. Needs no permission to write to it.
void give_terminal(int terminal, pid_t group);

}  // namespace lockctl
