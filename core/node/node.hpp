// One server: Raft, the state machine it feeds, and the requests that wait for either. Pure: a value in, a
// value out.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/histogram.hpp"
#include "core/lock/machine.hpp"
#include "core/node/ticket.hpp"
#include "core/node/watch.hpp"
#include "core/raft/raft.hpp"
#include "core/wire/image.hpp"

namespace node {

using base::Instant;
using base::NodeId;

// When a server takes a snapshot of its own state, so that its log can be forgotten.
struct SnapshotPolicy {
  // After so many applied entries, or so many bytes of them, since the last one.
  std::uint64_t entries = 100'000;
  std::uint64_t bytes = 32u << 20;
  // What is kept of the log behind it, for followers that are slow: whichever is less.
  std::uint64_t keep_entries = 10'000;
  std::uint64_t keep_bytes = 8u << 20;
  std::size_t piece_bytes = 128u << 10;
};

struct Config {
  raft::Config raft;
  base::ClusterId cluster;
  lock::Limits limits;
  SnapshotPolicy snapshots;
};

// What a server finds on its disk: `machine` is the snapshot's state.
struct Recovered {
  raft::Recovered raft;
  lock::Machine machine;
};
// Reads the snapshot's pieces; an error where they are not what this program, or an older one, has written.
base::Result<Recovered> recovered(raft::Recovered raft, const lock::Limits& limits);

struct Received {
  NodeId from;
  raft::Message message;
};
struct Submitted {
  Ticket ticket;
  lock::Request request;
  lock::Consistency consistency = lock::Consistency::linearizable;
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
// A configuration has come into force, committed or not.
struct Reconfigured {
  raft::Configuration configuration;
};
// This server is no member any more, and that is committed.
struct Removed {};
struct SnapshotSaved {
  raft::SnapshotMeta meta;
  std::uint64_t bytes = 0;
};
struct SnapshotInstalled {
  raft::SnapshotMeta meta;
};
// A leader sent one that can't be read.
struct SnapshotRefused {
  std::string why;
};
using Note = std::variant<BecameLeader, SteppedDown, Reconfigured, Removed, SnapshotSaved, SnapshotInstalled,
                          SnapshotRefused, lock::Event>;

struct Effects {
  std::optional<raft::Write> write;
  std::vector<raft::Send> sends;
  std::vector<Response> responses;
  std::vector<Note> notes;
  // Who belongs to the cluster from now on; where that has changed, and in the first step.
  std::optional<raft::Configuration> members;
  Instant wake_at;  // step with TimerFired then, at the latest
};

// What a node has done since it started, beside Raft's own counters.
struct Counters {
  std::uint64_t entries_applied = 0;
  std::uint64_t commands_applied = 0;
  std::uint64_t steps_that_left_a_backlog = 0;
  std::uint64_t answers = 0;
  std::uint64_t redirections = 0;
  std::uint64_t queries_linearizable = 0;
  std::uint64_t queries_lease = 0;
  std::uint64_t queries_stale = 0;
  std::uint64_t watch_messages = 0;
  std::uint64_t watch_resets = 0;    // of these
  std::uint64_t waits_answered = 0;  // since the record changed
  std::uint64_t snapshots_saved = 0;
  std::uint64_t snapshot_bytes = 0;  // of the last one
  base::Histogram batch_commands;    // of one entry
  base::Histogram step_inputs;
};

class Node {
 public:
  // Replays nothing: what was committed behind the snapshot is learnt again from the cluster.
  Node(Config config, Recovered recovered, Instant now);

  // All commands among the inputs share one log entry, all writes one Write. Sends, responses and the write
  // of one Effects may be carried out in any order, the writes of successive steps in theirs.
  Effects step(Instant now, std::span<const Input> inputs);

  const raft::Raft& raft() const { return raft_; }
  const lock::Machine& machine() const { return machine_; }
  raft::Index applied() const { return applied_; }
  const Counters& counters() const { return counters_; }
  // Requests whose answers are under way, those included that nobody waits for any more; not those that stand
  // until something changes. A leak where it stays above none though the cluster is well.
  std::size_t answers_owed() const;
  // Everything there is to count and to measure of this server.
  std::vector<lock::Metric> metrics() const;

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
  struct Asking {
    Ticket ticket;
    lock::Admin request;
    bool begun = false;
  };
  // This server's own state on its way to its disk.
  struct Saving {
    lock::Image image;
    raft::Index at;
    std::uint64_t number = 0;  // of the next piece
    std::string cursor;
    std::uint64_t bytes = 0;
  };
  // All of it handed out: done when the write is durable.
  struct Saved {
    raft::WriteId write;
    raft::SnapshotMeta meta;
    std::uint64_t bytes = 0;
  };

  // node.cpp
  void take(const Submitted& submitted);
  void serve(Instant now);
  void propose_batch(Instant now, std::size_t begin, std::size_t end);
  void propose_tick(Instant now);
  void follow_leadership();
  void follow_members();
  void refuse_batch();
  Instant wake_at(Instant now) const;
  // The stamp at which a tick of the log clock is due; nothing while none is needed.
  std::optional<base::LogTime> tick_due() const;

  // apply.cpp
  void apply_committed();
  std::size_t apply(const raft::Entry& entry);
  void answer_queued(const Asked& asked, const lock::Reply& reply);
  void deliver(lock::Answer& answer, const Proposal* proposal, const std::vector<lock::Command>& commands);
  void take_note(lock::Event event);

  // queries.cpp
  void start_reads(Instant now);
  void finish_reads(const raft::Output& output);
  void answer_applied();
  void answer(const Reading& reading);
  // By which ages and times left are told.
  base::LogTime read_time() const;
  void abandon(Ticket ticket);

  // standing.cpp
  void wait(Ticket ticket, const lock::WaitStatus& wait);
  void answer_waits(const std::string& name);
  void stand(Ticket ticket, const lock::Watch& watch);
  void tell_watches();
  lock::Reset reset_of(const std::string& name) const;
  void bounce_waits();
  void bounce_watches();
  lock::Reply redirection();
  lock::Health health() const;
  void respond(Ticket ticket, lock::Reply reply);

  // snapshots.cpp
  void receive(Instant now, const Received& received);
  void install(const raft::SnapshotMeta& meta, lock::Machine machine);
  bool snapshot_is_due() const;
  void start_saving();
  void save_piece();
  void saved(raft::WriteId durable);
  void stop_saving();
  void discard(lock::Machine machine);
  void shed_some();
  raft::Index keep_from() const;
  void offer_snapshot(Instant now);

  // admin.cpp
  void serve_admin(Instant now);
  bool serve(Instant now, Asking& asking);
  bool serve(Instant now, Asking& asking, const lock::AddMember& request);
  bool serve(Instant now, Asking& asking, const lock::ChangeMembers& request);
  bool serve(Instant now, Asking& asking, const lock::TransferLeadership& request);
  bool serve(Instant now, Asking& asking, const lock::TakeSnapshot& request);
  bool serve(Instant now, Asking& asking, const lock::GetMembers& request);
  bool serve(Instant now, Asking& asking, const lock::GetMetrics& request);
  bool serve(Instant now, Asking& asking, const lock::Configure& request);

  Config config_;
  raft::Raft raft_;
  lock::Machine machine_;
  raft::Index applied_;
  std::optional<raft::Term> leads_;             // as of the last step
  std::optional<raft::Configuration> members_;  // as last told
  bool removed_ = false;
  Counters counters_;

  // What arrived in this step; commands and their tickets may have to wait for the end of a transfer.
  std::vector<lock::Command> batch_;
  std::vector<Ticket> batch_tickets_;
  std::map<lock::Consistency, std::vector<Reading>> new_reads_;
  std::vector<Ticket> health_asked_;
  Effects effects_;

  // What waits while this server leads.
  std::map<raft::Index, Proposal> proposals_;
  std::map<Asked, std::vector<Ticket>> queued_;  // Acquires in a queue, by whoever asked for them
  // What waits on any server.
  std::map<raft::ReadId, std::vector<Reading>> reads_;
  std::map<raft::Index, std::vector<Reading>> confirmed_;              // until so much is applied
  std::map<std::string, std::map<Ticket, lock::WaitStatus>> awaited_;  // by name
  Watches watches_;
  // Where a ticket stands: in queued_, awaited_ or watches_.
  struct Awaiting {
    std::string name;
  };
  struct Watching {
    std::string name;
  };
  std::map<Ticket, std::variant<Asked, Awaiting, Watching>> standing_;
  std::vector<Asking> admin_;
  std::set<Ticket> gone_;  // abandoned while an answer was under way

  // Snapshots.
  std::uint64_t applied_bytes_ = 0;  // since the last one
  std::optional<Saving> saving_;
  std::optional<Saved> saved_;
  std::optional<lock::ImageReader> arriving_;
  // What is over and may be large, taken apart a little in each step.
  std::vector<lock::Machine> discarded_;
};

}  // namespace node
