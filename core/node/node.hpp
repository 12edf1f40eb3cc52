// One server: Raft, the state machine it feeds, and the requests that wait for either. Pure: a value in, a value out.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/lock/machine.hpp"
#include "core/raft/raft.hpp"

namespace node {

using base::Instant;
using base::NodeId;

struct TicketKind;
// A client's request at one server, from its arrival to its last answer; chosen by the driver, never reused.
using Ticket = base::Id<TicketKind>;

struct Config {
  raft::Config raft;
  base::ClusterId cluster;
  std::map<NodeId, std::string> addresses;  // of every voter, as clients are to be told
  lock::Limits limits;
};

struct Received {
  NodeId from;
  raft::Message message;
};
struct Submitted {
  Ticket ticket;
  lock::Request request;
};
// Nobody waits for this ticket any more.
struct Abandoned {
  Ticket ticket;
};
struct TimerFired {};
struct Durable {
  raft::WriteId write;
};
using Input = std::variant<Received, Submitted, Abandoned, TimerFired, Durable>;

struct Response {
  Ticket ticket;
  lock::Reply reply;
};

// For logs, metrics and the simulator's triggers.
struct BecameLeader {
  raft::Term term;
};
struct SteppedDown {
  raft::Term term;  // the one it led
};
struct EntryApplied {
  raft::Index index;
};
using Note = std::variant<BecameLeader, SteppedDown, EntryApplied, lock::Event>;

struct Effects {
  std::optional<raft::Write> write;
  std::vector<raft::Send> sends;
  std::vector<Response> responses;
  std::vector<Note> notes;
  Instant wake_at;  // step with TimerFired then, at the latest
};

class Node {
 public:
  // Replays nothing: what was committed is learnt again from the cluster.
  Node(Config config, raft::Recovered recovered, Instant now);

  // All commands among the inputs share one log entry, all writes one Write. Sends, responses and the write of one Effects
  // may be carried out in any order, the writes of successive steps in theirs.
  Effects step(Instant now, std::span<const Input> inputs);

  const raft::Raft& raft() const { return raft_; }
  const lock::Machine& machine() const { return machine_; }
  raft::Index applied() const { return applied_; }

 private:
  raft::Raft raft_;
  lock::Machine machine_;
  raft::Index applied_;
};

}  // namespace node
