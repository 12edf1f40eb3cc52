// The end of everything below a process.
#pragma once

#include <cstdint>
#include <sys/types.h>

namespace lockctl {

// How many processes got the signal. One that is stopped is continued, so that it can act on it.
std::uint64_t signal_tree(pid_t root, int signal);

// SIGKILL, again and again until nothing below this process lives: also what left its process group or
// session, what lost its parent (this process must be a subreaper), and what forks faster than /proc is read.
// Reaps its children, and notes in `status` how `command` ended, if it does now. Answers how many processes
// are left that it may not signal.
std::uint64_t kill_everything_below_me(pid_t command, int* status);

}  // namespace lockctl
