// A program that a trial runs.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace kill_tree {

using Environment = std::vector<std::pair<std::string, std::string>>;

class Program {
 public:
  // Both of its outputs go to `log`.
  Program(const std::vector<std::string>& words, const Environment& environment, const std::string& log);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  // Killed, where it still runs.
  ~Program();

  pid_t pid() const { return pid_; }
  // Its exit code, or 1000 + a signal; nothing: it still runs.
  std::optional<int> ended();
  int wait();

 private:
  pid_t pid_;
  std::optional<int> code_;
};

std::string read_file(const std::string& path);

}  // namespace kill_tree
