// What a command that runs under a lock is given, and what its end means to the shell.
#pragma once

#include <string>
#include <vector>

#include "cli/lockctl/cluster.hpp"
#include "cli/lockctl/options.hpp"
#include "cli/lockctl/supervisor.hpp"

namespace lockctl {

// LOCKD_LOCK, LOCKD_TOKEN, LOCKD_SESSION, LOCKD_HELD, LOCKD_ENDPOINTS and LOCKD_NS, as NAME=value.
std::vector<std::string> environment_under(const Global& global, Cluster& cluster, const LockFlags& flags,
                                           lock::Token token);
// To be handed over only by a job that has it to itself: in a pipeline the others need it as well. -1: none.
int terminal_to_hand_over();
// `status` as wait(2) gives it: the command's own code, or 128+N.
int exit_code_of_status(int status);
// Complains that the command can't be executed: 126 or 127.
int code_of_exec_error(const std::string& command, int error);
// What it left behind, and what could not be ended.
void tell_of_leftovers(const Global& global, const CommandEnd& end, const std::string& lock);

}  // namespace lockctl
