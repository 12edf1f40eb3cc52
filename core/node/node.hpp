// One server: Raft, the state machine it feeds, and the requests that wait for either. Pure: a value in, a
// value out.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
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
using Note = std::variant<BecameLeader, SteppedDown, lock::Event>;

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

  // All commands among the inputs share one log entry, all writes one Write. Sends, responses and the write
  // of one Effects may be carried out in any order, the writes of successive steps in theirs.
  Effects step(Instant now, std::span<const Input> inputs);

  const raft::Raft& raft() const { return raft_; }
  const lock::Machine& machine() const { return machine_; }
  raft::Index applied() const { return applied_; }

 private:
  // Where the answers to the commands of an entry go, by place in it.
  struct Proposal {
    raft::Term term;
    std::vector<Ticket> tickets;
  };
  // A query that waits for its read to be confirmed.
  struct Reading {
    Ticket ticket;
    lock::Query query;
  };
  using Asked = std::pair<lock::SessionId, lock::Sequence>;

  // node.cpp
  void take(Ticket ticket, const lock::Request& request);
  void propose_batch(Instant now, std::size_t begin, std::size_t end);
  void propose_tick(Instant now);
  void follow_leadership();
  void refuse_batch();
  Instant wake_at(Instant now) const;
  // The stamp at which a tick of the log clock is due; nothing while none is needed.
  std::optional<base::LogTime> tick_due() const;

  // apply.cpp
  void apply_committed();
  void apply(const raft::Entry& entry);
  void answer_queued(const Asked& asked, const lock::Reply& reply);
  void deliver(lock::Answer& answer, const Proposal* proposal, const std::vector<lock::Command>& commands);
  void take_note(lock::Event event);

  // queries.cpp
  void start_reads(Instant now);
  void finish_reads(const raft::Output& output);
  void answer(const Reading& reading);
  void answer_waits(const std::string& name);
  void abandon(Ticket ticket);
  lock::Reply redirection() const;
  lock::Health health() const;
  void respond(Ticket ticket, lock::Reply reply);

  Config config_;
  raft::Raft raft_;
  lock::Machine machine_;
  raft::Index applied_;
  std::optional<raft::Term> leads_;  // as of the last step

  // What arrived in this step.
  std::vector<lock::Command> batch_;
  std::vector<Ticket> batch_tickets_;
  std::vector<Reading> new_reads_;
  std::vector<Ticket> health_asked_;
  Effects effects_;

  // What waits while this server leads.
  std::map<raft::Index, Proposal> proposals_;
  std::map<Asked, std::vector<Ticket>> queued_;  // Acquires in a queue, by whoever asked for them
  std::map<raft::ReadId, std::vector<Reading>> reads_;
  std::map<std::string, std::map<Ticket, lock::WaitStatus>> watched_;  // by name
  std::map<Ticket, std::variant<Asked, std::string>> standing_;  // where a ticket stands in the two above
  std::set<Ticket> gone_;                                        // abandoned while an answer was under way
};

}  // namespace node
