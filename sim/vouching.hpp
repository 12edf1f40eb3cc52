// Persist before send, seen from outside: what a message promises must be on the disk of the server that it
// leaves.
#pragma once

#include <optional>
#include <string>

#include "core/raft/message.hpp"
#include "core/raft/raft.hpp"

namespace sim {

// Nothing: `disk` keeps what `message` from `raft` to `to` vouches for; otherwise what is missing there.
std::optional<std::string> missing_promise(const raft::Message& message, raft::NodeId to,
                                           const raft::Raft& raft, const raft::Recovered& disk);

// Whether this very entry is there, or a snapshot that stands for it. Index 0 is everywhere.
bool holds(const raft::Recovered& disk, raft::Position position);

}  // namespace sim
