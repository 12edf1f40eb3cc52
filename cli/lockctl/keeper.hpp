// A small process that renews a detached hold for as long as another process lives.
#pragma once

#include <string>
#include <vector>

#include "core/lock/types.hpp"

namespace lockctl {

struct Keep {
  std::vector<std::string> endpoints;
  std::string name;  // with its prefix
  lock::Token token;
  lock::Millis ttl;
  int watched = -1;          // a pidfd
  bool outer_holds = false;  // the token is an outer lockctl's too: it is not this one's to release
};

// In a session of its own, without this process's terminal and files. It ends with the hold: when the watched
// process is gone (after releasing), or when the hold no longer stands. False, with errno: it can't be
// started.
bool start_keeper(const Keep& keep);

}  // namespace lockctl
