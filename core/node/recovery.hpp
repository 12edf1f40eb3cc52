// A majority is gone for good: what is left at one server, and what makes a cluster of it alone.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/result.hpp"
#include "core/lock/types.hpp"
#include "core/raft/types.hpp"

namespace node {

struct Remains {
  base::NodeId self;
  std::string address;
  raft::HardState hard_state;
  raft::Index snapshot;
  raft::Position last;
  base::LogTime stamp;
  raft::Configuration members;  // the newest that this server knows, committed or not
  // Once the whole log has been applied, committed or not.
  std::uint64_t sessions = 0, locks = 0, records = 0;
  lock::Token token{};            // the last that was given out
  lock::Millis longest_lease{0};  // that anybody may have, by the bounds that were known here
};

// Reads the whole log; error: what is there can't be gone on from.
base::Result<Remains> look_at(base::NodeId self, const std::string& address, raft::Recovered recovered);

// Every token that this cluster gives out is below: those of the lost end of its log as well.
lock::Token next_epoch(lock::Token token);

// Appends to what remains, in a new term: this server as the only member, and the state machine's part of it.
raft::Write refounding(const Remains& remains, lock::Millis grant_after, std::string note);

}  // namespace node
