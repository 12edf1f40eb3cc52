// Runs the built lockd as a user would.
#pragma once

#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace lockd_test {

class Program {
 public:
  Program(std::vector<std::string> arguments, std::map<std::string, std::string> environment = {});
  // Kills what still runs.
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Whether it has said that, waiting for it; false when it ended without.
  bool says(const std::string& text);
  void signal(int number);
  // Waits for its end; 128+N after signal N; -1 when it does not end.
  int exit_code();
  // Standard output and error so far.
  const std::string& output() const { return output_; }

 private:
  // False: it has closed both, or said nothing for too long.
  bool read_more();

  pid_t pid_ = -1;
  int pipe_ = -1;
  std::string output_;
};

}  // namespace lockd_test
