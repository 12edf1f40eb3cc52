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

#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/base/random.hpp"
#include "core/raft/counters.hpp"
#include "core/raft/image.hpp"
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
  // Leadership was lost, or the leader: whether these would have been right is unknown.
  std::vector<ReadId> reads_failed;
};

// How a read learns that no newer leader has answered it already.
enum class ReadBy : std::uint8_t {
  round,  // a round of heartbeats that began after the read was asked (Ongaro §6.4)
  lease,  // the last such round is so recent that no other server can have been elected since (Ongaro
          // §6.4.1); rests on the bound on clock drift. Where no lease holds: by a round
};

// A piece of a snapshot that has come in.
struct ArrivedPiece {
  std::uint64_t number = 0;
  base::Bytes bytes;
  std::optional<SnapshotMeta> last;  // of the whole; with the last piece
};

// Names every member of a server, to tell two apart (sim/explore).
struct Anatomy;

class Raft {
 public:
  // Starts as a follower; an intact log and hard state are the caller's word. The seed is another at every
  // start: reads are told by it from those of before.
  Raft(Config config, Recovered recovered, Instant now);

  void receive(Instant now, NodeId from, const Message& message);
  // Time has passed; call when deadline() is reached (earlier or later is harmless).
  void tick(Instant now);
  // Write `id` and all before it are on disk.
  void durable(Instant now, WriteId id);

  // Whether propose() may be called: this server leads, and isn't handing leadership over.
  bool takes_proposals() const;
  // Appends to the log as leader. Stamped with the log clock at `now`.
  Position propose(Instant now, Payload payload);
  // A linearizable read (Ongaro §6.4): answered by a later flush. At a follower the leader is asked. Only
  // while leader() is known.
  ReadId read(Instant now, ReadBy by = ReadBy::round);

  // Starts a change of the cluster's members (Raft §6); it is done when the configuration that is in force is
  // committed and not joint. In one line, why not: this server doesn't lead, a change is under way, no entry
  // of this term is committed yet (Ongaro §4.1 and its erratum of 2015), or as changed() says.
  base::Status change(Instant now, const Change& change);
  bool change_is_under_way() const;
  // Hands leadership to another voter; 0: to the one that is furthest. Its outcome is seen in leader(). In
  // one line, why not.
  base::Status transfer(Instant now, NodeId to);
  std::optional<NodeId> transfer_target() const;

  // A peer lags behind the log: call offer_snapshot() before the next flush.
  bool wants_snapshot() const;
  // The state as of `applied`, frozen.
  void offer_snapshot(Instant now, Index applied, std::shared_ptr<const Image> image);
  // A piece that came in since the last call, in order; the caller must take each before the next input.
  // After the last: install_snapshot() where the whole is sound, refuse_snapshot() where not.
  std::optional<ArrivedPiece> take_piece();
  void install_snapshot();
  void refuse_snapshot();
  bool receives_snapshot() const;

  // This server's own state as of `at`, in pieces from number 0, for its disk. With `completes` the log
  // forgets what lies before `keep_from`, at most what the snapshot stands for. Not while
  // receives_snapshot().
  void save_piece(std::uint64_t number, base::Bytes bytes);
  void save_last_piece(std::uint64_t number, base::Bytes bytes, Index at, Index keep_from);

  Output flush(Instant now);

  // When tick() is due at the latest.
  Instant deadline() const;

  NodeId self() const { return config_.self; }
  const Config& config() const { return config_; }
  // The one in force: the newest in the log, committed or not.
  const Configuration& configuration() const { return log_.configuration(); }
  Term term() const { return hard_.term; }
  std::optional<NodeId> vote() const { return hard_.vote; }
  Index commit() const { return commit_; }
  const Log& log() const { return log_; }
  const Role& role() const { return role_; }
  const Counters& counters() const { return counters_; }
  // Whether it is known for certain to be no member any more: by the log, or since another said so.
  bool knows_that_it_left() const { return told_that_it_left_ || has_left(config_.self); }
  bool is_leader() const { return std::holds_alternative<Leader>(role_); }
  // The leader of this term as far as known; itself included.
  std::optional<NodeId> leader() const;
  // The log clock at the last input; only while is_leader().
  LogTime log_time() const;
  // The leader has committed an entry of its own term: its commit index is the cluster's.
  bool commit_is_current() const;
  // Writes that were handed out and are not durable; messages that wait for them.
  std::size_t writes_under_way() const { return writes_.size(); }
  std::size_t sends_held() const { return held_.size(); }

 private:
  friend struct Anatomy;

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
  void send_after_write(NodeId to, Message message);            // … and for the next write
  void make_write(Instant now);
  void release_sends();

  // election.cpp
  bool hears_leader(Instant now) const;
  bool is_up_to_date(Position last) const;
  bool is_elected(const std::set<NodeId>& granted) const;
  std::uint64_t rank() const;
  bool may_stand() const;
  bool has_left(NodeId id) const;
  void ask_whether_removed();
  void start_pre_vote(Instant now);
  void start_election(Instant now, bool transfer);
  void become_leader(Instant now);
  void count_own_vote(Instant now);
  void on(Instant now, NodeId from, const PreVote& m);
  void on(Instant now, NodeId from, const PreVoteGranted& m);
  void on(Instant now, NodeId from, const PreVoteRefused& m);
  void on(Instant now, NodeId from, const RequestVote& m);
  void on(Instant now, NodeId from, const VoteGranted& m);
  void on(Instant now, NodeId from, const VoteRefused& m);
  void on(Instant now, NodeId from, const TimeoutNow& m);

  // follower.cpp
  Follower* follow(Instant now, NodeId leader);
  void forget_needless_snapshot(Follower& follower) const;
  bool take_entry(const Entry& entry, const Follower& follower);
  void on(Instant now, NodeId from, const Append& m);
  void on(Instant now, NodeId from, const Heartbeat& m);

  // leader.cpp
  void replicate_all(Instant now);
  void replicate(Instant now, NodeId peer, Progress& progress);
  Replicating::Sent send_append(NodeId peer, const Progress& progress);
  void acknowledge(Progress& progress, Index match);
  void advance_commit();
  void start_round(Instant now);
  void note_round_trip(Instant now, Round round);
  void check_quorum(Instant now);
  Progress* answered(Instant now, NodeId from, Term term);
  void on(Instant now, NodeId from, const AppendAccepted& m);
  void on(Instant now, NodeId from, const AppendRejected& m);
  void on(Instant now, NodeId from, const HeartbeatReply& m);

  // membership.cpp
  void sync_peers(Instant now);
  void meet(Instant now, NodeId peer);
  void part_with_leavers(Instant now);
  void follow_change(Instant now);
  void promote_learners(Instant now);
  bool would_answer(Instant now, const Configuration& after) const;
  void propose_configuration(Instant now, Configuration configuration);
  void follow_transfer(Instant now);
  NodeId furthest_voter() const;

  // snapshots.cpp
  bool wants_snapshot(const Progress& progress) const;
  void send_pieces(Instant now, NodeId peer, Installing& installing);
  void on(Instant now, NodeId from, const InstallSnapshot& m);
  void on(Instant now, NodeId from, const PieceAccepted& m);

  // reads.cpp
  Round confirmed_round() const;
  void start_read_rounds(Instant now);
  bool lease_holds(Instant now) const;
  void confirm_reads();
  void answer_read(const PendingRead& read, std::optional<Index> index);
  void fail_reads();
  void drop_old_reads(Instant now);
  void on(Instant now, NodeId from, const ReadIndex& m);
  void on(Instant now, NodeId from, const ReadIndexAnswer& m);

  Config config_;
  HardState hard_;
  bool hard_changed_ = false;
  bool told_that_it_left_ = false;
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
  std::vector<SnapshotPart> parts_;    // for the next write
  std::optional<ArrivedPiece> piece_;  // waits to be taken
  std::optional<ArrivedPiece> whole_;  // its last piece was taken, and is to be installed or refused
  std::vector<Held> held_;
  // Made during this batch; flush decides which write each waits for.
  struct Unsent {
    Send send;
    Index vouches_for;
    bool for_next_write = false;
  };
  std::vector<Unsent> unsent_;
  Output output_;
  std::deque<std::pair<WriteId, Instant>> writes_;  // under way
  Counters counters_;
};

}  // namespace raft
