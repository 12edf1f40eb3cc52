// Work in processes of their own: one that dies says so, and harms nobody.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace sim {

struct Child {
  pid_t pid = -1;
  int fd = -1;  // what it says comes here
};

// `work` runs in a process of its own, which ends with it; an exception that would leave it ends the process
// by a signal. It says what it has to say into `out`, and has none of the `others` open.
Child start_child(const std::function<void(int out)>& work, const std::vector<int>& others);
// In the child. Where nobody listens any more the process ends.
void say(int out, std::string_view text);
// Adds what there is to read to `text`; waits where there is nothing yet. False: there is no more to come.
bool hear(const Child& child, std::string& text);
// Waits until it has ended. Nothing: well; otherwise how it died, such as "signal 11".
std::optional<std::string> end_of(const Child& child);

struct Answer {
  std::string text;
  std::optional<std::string> died;  // how
};

// What `work` answers for each number below `count`, by number. `jobs` >= 1.
std::vector<Answer> each_in_a_process(std::size_t count, unsigned jobs,
                                      const std::function<std::string(std::size_t)>& work);

}  // namespace sim
