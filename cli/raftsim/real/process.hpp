// A child process of this one, which dies with it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

#include "cli/raftsim/real/poller.hpp"

namespace real {

class Process : Poller::Handler {
 public:
  struct Handlers {
    // Of what it says on standard output or error, without its newline.
    std::function<void(const std::string& line)> line;
    // It has ended by itself: "exit status 70", "signal 6". At most once; may destroy this object.
    std::function<void(const std::string& how)> ended;
  };
  // `words`: program and arguments. `environment` is added to this process's, less what begins with LOCKD_.
  // What it says is also appended to the file `log`. An exception where no process can be had.
  Process(Poller& poller, const std::vector<std::string>& words,
          const std::map<std::string, std::string>& environment, const std::string& log, Handlers handlers);
  // Kills what still runs.
  ~Process() override;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Until it has ended it is this process's child: its number is nobody else's.
  void signal(int number);

 private:
  void readable() override;
  void reap();

  Poller& poller_;
  Handlers handlers_;
  pid_t pid_ = -1;
  int pipe_ = -1;
  int log_ = -1;
  std::string said_;  // of a line that has no end yet
};

}  // namespace real
