// What is said to a person: on standard error, after `lockctl: `.
#pragma once

#include <string>

#include "core/base/time.hpp"
#include "core/lock/types.hpp"

namespace lockctl {

// Errors, always; on one line, whatever others have put into it. The same below.
void complain(const std::string& line);
// Unless -q.
void say(bool quiet, const std::string& line);

// A length of time as one reads it: to the second above a minute, to a tenth above a second.
std::string roughly(base::Duration duration);

// One line that is written over in place; for a terminal only. Gone when this ends.
class LiveLine {
 public:
  ~LiveLine() { clear(); }
  void show(const std::string& line);
  void clear();

 private:
  bool shown_ = false;
};

bool stderr_is_terminal();

// The whole text, or false.
bool print(const std::string& text);
// The exit code at the end: an answer that did not get through is none, and complained about.
int having_printed(int code);

}  // namespace lockctl
