// Consensus, without I/O (Ongaro and Ousterhout, "In search of an understandable consensus algorithm",
// extended version: "Raft"; Ongaro's dissertation: "Ongaro"). Values in, values out: copyable, comparable by
// its parts.
//
//   raft.receive(now, from, message);    any number of inputs …
//   Output out = raft.flush(now);        … then one flush: one write, the messages that may leave
//   … carry out out.write; when it is durable: raft.durable(now, out.write->id), flush again.
//
// Order of durability is data: a message leaves flush() only once the writes it vouches for were reported
// durable, so messages and writes of one Output may be carried out in any order.
#pragma once

#include <optional>
#include <vector>

#include "core/base/random.hpp"
#include "core/raft/log.hpp"
#include "core/raft/message.hpp"
#include "core/raft/role.hpp"
#include "core/raft/types.hpp"

namespace raft {

struct Send {
  NodeId to;
  Message message;
};

// The read may be served once everything up to `index` is applied.
struct ReadReady {
  ReadId id;
  Index index;
};

struct Output {
  std::optional<Write> write;
  std::vector<Send> sends;
  std::vector<ReadReady> reads_ready;
  // Leadership was lost: whether these would have been right is unknown.
  std::vector<ReadId> reads_failed;
};

class Raft {
 public:
  // Starts as a follower; an intact log and hard state are the caller's word.
  Raft(Config config, Recovered recovered, Instant now);

  void receive(Instant now, NodeId from, const Message& message);
  // Time has passed; call when deadline() is reached (earlier or later is harmless).
  void tick(Instant now);
  // Write `id` and all before it are on disk.
  void durable(Instant now, WriteId id);

  // Appends to the log as leader. Only while is_leader(). Stamped with the log clock at `now`.
  Position propose(Instant now, Payload payload);
  // A linearizable read at this leader (Ongaro §6.4): answered by a later flush. Only while is_leader().
  ReadId read(Instant now);

  Output flush(Instant now);

  // When tick() is due at the latest.
  Instant deadline() const;

  NodeId self() const { return config_.self; }
  const Config& config() const { return config_; }
  Term term() const { return hard_.term; }
  std::optional<NodeId> vote() const { return hard_.vote; }
  Index commit() const { return commit_; }
  const Log& log() const { return log_; }
  const Role& role() const { return role_; }
  bool is_leader() const { return std::holds_alternative<Leader>(role_); }
  // The leader of this term as far as known; itself included.
  std::optional<NodeId> leader() const;
  // The log clock at the last input; only while is_leader().
  LogTime log_time() const;
  // The leader has committed an entry of its own term: its commit index is the cluster's.
  bool commit_is_current() const;

 private:
  struct Held {
    WriteId until;  // leaves when this write is durable
    Send send;
  };

  // raft.cpp
  void step_down(Instant now, Term term, std::optional<NodeId> leader);
  void become_follower(Instant now, std::optional<NodeId> leader);
  void reset_election_timer(Instant now);
  void send(NodeId to, Message message);                        // vouches for the current hard state
  void send_vouching(NodeId to, Message message, Index up_to);  // … and for every entry up to there
  bool is_quorum(std::size_t votes) const { return votes > config_.voters.size() / 2; }
  bool is_voter(NodeId id) const;
  void fail_reads();
  void release_sends();

  // election.cpp
  bool hears_leader(Instant now) const;
  bool is_up_to_date(Position last) const;
  void start_pre_vote(Instant now);
  void start_election(Instant now);
  void become_leader(Instant now);
  void count_own_vote(Instant now);
  void on(Instant now, NodeId from, const PreVote& m);
  void on(Instant now, NodeId from, const PreVoteGranted& m);
  void on(Instant now, NodeId from, const PreVoteRefused& m);
  void on(Instant now, NodeId from, const RequestVote& m);
  void on(Instant now, NodeId from, const VoteGranted& m);
  void on(Instant now, NodeId from, const VoteRefused& m);

  // follower.cpp
  Follower* follow(Instant now, NodeId leader);
  void on(Instant now, NodeId from, const Append& m);
  void on(Instant now, NodeId from, const Heartbeat& m);

  // leader.cpp
  void replicate_all();
  void replicate(NodeId peer, Progress& progress);
  Index send_append(NodeId peer, const Progress& progress);  // answers the last entry sent
  void acknowledge(Progress& progress, Index match);
  void advance_commit();
  void start_round(Instant now);
  Round confirmed_round() const;
  void confirm_reads();
  void check_quorum(Instant now);
  Progress* answered(Instant now, NodeId from, Term term);
  static void probe_from(Progress& progress, Index common);
  void on(Instant now, NodeId from, const AppendAccepted& m);
  void on(Instant now, NodeId from, const AppendRejected& m);
  void on(Instant now, NodeId from, const HeartbeatReply& m);

  Config config_;
  HardState hard_;
  bool hard_changed_ = false;
  WriteId hard_written_by_;  // the write that last carried the hard state
  Log log_;
  Index commit_;
  Role role_;
  base::Random random_;
  Instant election_deadline_;
  std::optional<Instant> heard_leader_;  // for stickiness
  WriteId last_write_;
  WriteId durable_;
  ReadId last_read_;
  std::vector<Held> held_;
  // Made during this batch; flush decides which write each waits for.
  struct Unsent {
    Send send;
    Index vouches_for;
  };
  std::vector<Unsent> unsent_;
  Output output_;
};

}  // namespace raft
