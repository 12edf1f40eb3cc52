// A real cluster of three for the tests of this folder, and commands run against it to their end.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace world {

struct Outcome {
  int code = -1;
  std::string out, err;
};

using Environment = std::map<std::string, std::string>;

// A program on its way, its standard output and error in files. Killed, if it still runs, when this ends.
class Running {
 public:
  Running(std::vector<std::string> command, const Environment& environment, const std::string& folder);
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running();

  pid_t pid() const { return pid_; }
  std::string out() const;
  std::string err() const;
  void signal(int number) const;
  // Fails the test when it takes longer than a minute.
  Outcome wait();

 private:
  std::string file_;
  pid_t pid_ = 0;
  bool over_ = false;
};

// A folder that is gone with the test program.
std::string folder();
// A name that no other test uses.
std::string fresh_name();
// Beside the tests: lockctl, found with the cluster of three.
std::string lockctl();
// Started by the first who asks; ends with the test program.
const std::string& endpoints();

// lockctl with these words, against the cluster.
Outcome ctl(std::vector<std::string> words, const Environment& environment = {});
std::vector<std::string> ctl_words(std::vector<std::string> words);

// Looks again and again; false after `at_most`.
bool eventually(const std::function<bool()>& condition,
                std::chrono::milliseconds at_most = std::chrono::seconds(20));
// Not there, or only waiting to be reaped.
bool dead(pid_t pid);
// The number in a file that a command writes; 0 until it is there.
pid_t pid_in(const std::string& path);
std::string read_file(const std::string& path);
std::vector<std::string> lines_of(const std::string& path);

}  // namespace world
