// One server of the search: the real core, a disk in memory, what the disk has not done yet.
//
// Time is not searched. A server's clock moves only so that what is chosen happens: to the deadline of the
// timer that fires, and past the promise to a leader whenever something reaches a server that doesn't lead.
// An answer refused because a leader was heard lately is the same as a message that waits, so nothing is lost
// by that. A leader's clock stands still but for its rounds, so all peers count as heard until it is cut off
// on purpose. All log stamps are zero.
#pragma once

#include <string>
#include <vector>

#include "core/raft/raft.hpp"
#include "sim/explore/bounds.hpp"

namespace explore {

// The state machine: what was applied, from index 1, and who is a member by it.
struct Machine {
  std::string terms;
  raft::Configuration configuration;
  bool operator==(const Machine&) const = default;
};

struct Server {
  raft::Raft raft;
  raft::Recovered disk;
  std::vector<raft::Write> pending;  // handed to the disk, not durable; in order
  std::vector<raft::ReadId> reads;   // asked and not answered, oldest first
  raft::Instant now;
  Machine machine;
};

// What came of one input and the flush after it.
struct Effects {
  std::vector<raft::Send> sends;
  struct Served {
    std::size_t place;  // among the reads that were unanswered before
    raft::Index index;
  };
  std::vector<Served> served;
  bool reads_failed = false;  // all that were not served
};

Server fresh_server(const Bounds& bounds, raft::NodeId self);

// Each is one input, then a flush. With an instant disk all that it wrote is then durable, with a flush after
// each write. Throws base::CheckFailed where the core contradicts itself.
Effects deliver(Server& server, const Bounds& bounds, raft::NodeId from, const raft::Message& message);
// Only where it doesn't lead: an election begins, or its pre-vote.
Effects fire_election_timer(Server& server, const Bounds& bounds);
// Only where it leads.
Effects start_round(Server& server, const Bounds& bounds);
Effects cut_off(Server& server, const Bounds& bounds);
Effects propose(Server& server, const Bounds& bounds, unsigned number);
Effects ask_read(Server& server, const Bounds& bounds);
// Only where it leads. `what`: a server to remove, or kAddOne: the next one joins, and votes once it has
// caught up. What it answers is of no interest.
constexpr unsigned kAddOne = 16;
Effects change(Server& server, const Bounds& bounds, unsigned what);
Effects transfer(Server& server, const Bounds& bounds, raft::NodeId to);
// Only where something is committed behind its snapshot, and no snapshot waits for the disk.
// Keeps so many entries of what the snapshot stands for.
Effects compact(Server& server, const Bounds& bounds, unsigned kept);
bool can_compact(const Server& server);
// Only where something is pending: the oldest write becomes durable.
Effects finish_write(Server& server, const Bounds& bounds);
// Loses its memory and all but the first `kept` pending writes, and starts again.
void crash(Server& server, const Bounds& bounds, std::size_t kept);

}  // namespace explore
