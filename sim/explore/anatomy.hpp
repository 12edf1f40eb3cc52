// The canonical form of a server: equal forms behave alike for ever, as far as a search can ask them. Every
// member of Raft, of its log and of its role is named in the source by a structured binding, so that a new
// member doesn't compile until somebody has decided what it is.
//
// Left out, and why:
//   time       the search fires timers when it likes and keeps "heard from a leader" long ago or just now by
//              role (server.hpp), so no decision depends on an instant
//   chance     draws time-outs from an interval of one point
// Renamed:
//   writes     counted from the last durable one; those before it are all the same
//   reads      by their place among the unanswered ones
//   servers    by the permutation given
#pragma once

#include <string>

#include "core/base/bytes.hpp"
#include "sim/explore/rename.hpp"
#include "sim/explore/server.hpp"

namespace explore {

// Appends the form of `server` under other names. `any_duplicates`: see Bounds.
void write_canonical(std::string& out, const Server& server, const Rename& rename, bool any_duplicates);

}  // namespace explore
