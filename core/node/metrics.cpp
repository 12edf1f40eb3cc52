// The one place from which an exporter reads: every figure with its name, kind and meaning.
#include <utility>

#include "core/node/node.hpp"

namespace node {
namespace {

class Rows {
 public:
  void count(const char* name, std::uint64_t value, const char* help) {
    add(name, lock::MetricKind::counter, value, help);
  }
  void gauge(const char* name, std::uint64_t value, const char* help) {
    add(name, lock::MetricKind::gauge, value, help);
  }
  void histogram(const char* name, const base::Histogram& histogram, const char* help) {
    add(name, lock::MetricKind::histogram, histogram.sum(), help);
    rows_.back().buckets.assign(histogram.buckets().begin(), histogram.buckets().end());
  }
  std::vector<lock::Metric> take() { return std::move(rows_); }

 private:
  void add(const char* name, lock::MetricKind kind, std::uint64_t value, const char* help) {
    rows_.push_back({std::string("lockd_") + name, help, kind, value, {}});
  }
  std::vector<lock::Metric> rows_;
};

void elections(Rows& rows, const raft::Raft& raft) {
  const auto& c = raft.counters();
  rows.gauge("raft_term", raft.term().value, "The current term");
  rows.gauge("raft_leads", raft.is_leader() ? 1 : 0, "1 while this server leads");
  rows.count("raft_pre_votes_total", c.pre_votes, "Pre-votes asked for");
  rows.count("raft_elections_total", c.elections, "Elections stood for");
  rows.count("raft_elections_won_total", c.elections_won, "Elections won");
  rows.count("raft_votes_granted_total", c.votes_granted, "Votes given to others");
  rows.count("raft_quorum_lost_total", c.quorum_lost, "Leaderships given up since no majority answered");
  rows.count("raft_transfers_begun_total", c.transfers_begun, "Leadership transfers begun");
  rows.count("raft_transfers_given_up_total", c.transfers_given_up,
             "Leadership transfers that took too long");
}

void replication(Rows& rows, const raft::Raft& raft) {
  const auto& c = raft.counters();
  const auto& log = raft.log();
  rows.gauge("raft_commit_index", raft.commit().value, "The commit index");
  rows.gauge("raft_last_index", log.last_index().value, "The last entry in the log");
  rows.gauge("raft_durable_index", log.durable_index().value, "The last entry on this server's disk");
  rows.gauge("raft_log_entries", log.size(), "Entries in memory");
  rows.gauge("raft_log_bytes", log.bytes(), "Their payloads");
  rows.gauge("raft_members", raft.configuration().members.size(), "Members of the cluster");
  rows.gauge("raft_voters", raft.configuration().voters(), "Members that vote");
  rows.gauge("raft_messages_held", raft.sends_held(), "Messages that wait for the disk");
  rows.count("raft_entries_proposed_total", c.entries_proposed, "Entries appended as leader");
  rows.count("raft_configurations_total", c.configurations_proposed, "Configurations appended as leader");
  rows.count("raft_appends_sent_total", c.appends_sent, "AppendEntries sent");
  rows.count("raft_appends_rejected_total", c.appends_rejected, "AppendEntries refused by followers");
  rows.count("raft_probes_restarted_total", c.probes_restarted, "Times that entries sent ahead were lost");
  rows.histogram("raft_append_entries", c.append_entries, "Entries in an AppendEntries");
  rows.histogram("raft_append_bytes", c.append_bytes, "Bytes in an AppendEntries");
  rows.histogram("raft_round_trip_nanoseconds", c.round_trip_ns, "Heartbeat round trips");
}

void disk(Rows& rows, const raft::Raft& raft) {
  const auto& c = raft.counters();
  rows.gauge("disk_writes_waiting", raft.writes_under_way(), "Writes that are not durable yet");
  rows.histogram("disk_write_entries", c.write_entries, "Entries in a write");
  rows.histogram("disk_write_nanoseconds", c.write_ns,
                 "From the handing over of a write to its being durable");
}

void snapshots(Rows& rows, const raft::Raft& raft, const Counters& n) {
  const auto& c = raft.counters();
  rows.gauge("snapshot_index", raft.log().snapshot().at.index.value, "What the newest snapshot stands for");
  rows.gauge("snapshot_bytes", n.snapshot_bytes, "Size of the last snapshot saved");
  rows.count("snapshots_saved_total", n.snapshots_saved, "Snapshots saved of this server's own state");
  rows.count("snapshots_offered_total", c.snapshots_offered, "Snapshots begun to be sent");
  rows.count("snapshots_installed_total", c.snapshots_installed, "Snapshots installed from a leader");
  rows.count("snapshots_refused_total", c.snapshots_refused, "Snapshots that could not be read");
  rows.count("snapshot_pieces_sent_total", c.pieces_sent, "Pieces sent");
  rows.count("snapshot_pieces_sent_again_total", c.pieces_sent_again, "Pieces sent once more");
  rows.count("snapshot_pieces_received_total", c.pieces_received, "Pieces received");
}

void reads(Rows& rows, const raft::Raft& raft, const Counters& n) {
  const auto& c = raft.counters();
  rows.count("queries_linearizable_total", n.queries_linearizable, "Linearizable queries");
  rows.count("queries_lease_total", n.queries_lease, "Queries that a lease may answer");
  rows.count("queries_stale_total", n.queries_stale, "Stale queries");
  rows.count("reads_by_round_total", c.reads_by_round, "Reads confirmed by a round of heartbeats");
  rows.count("reads_by_lease_total", c.reads_by_lease, "Reads confirmed by the lease");
  rows.count("reads_for_peers_total", c.reads_for_peers, "Reads confirmed for followers");
  rows.count("reads_forwarded_total", c.reads_forwarded, "Reads the leader was asked about");
  rows.count("reads_failed_total", c.reads_failed, "Reads that lost their leader");
  rows.histogram("reads_per_round", c.reads_per_round, "Reads that share a round");
}

void watching(Rows& rows, const Watches& watches, const Counters& n) {
  rows.gauge("watches", watches.size(), "Watches that stand here");
  rows.gauge("watch_changes_kept", watches.past().size(), "Changes kept for watches that resume");
  rows.gauge("watch_bytes_kept", watches.past().bytes(), "Their bytes");
  rows.count("watch_messages_total", n.watch_messages, "Messages to watches");
  rows.count("watch_resets_total", n.watch_resets, "Of these, those that say a gap and tell the names anew");
  rows.count("status_waits_answered_total", n.waits_answered, "Waits for a status that its change has ended");
}

}  // namespace

std::size_t Node::answers_owed() const {
  std::size_t owed = gone_.size();
  for (const auto& [index, proposal] : proposals_) owed += proposal.tickets.size();
  for (const auto& [id, readings] : reads_) owed += readings.size();
  for (const auto& [index, readings] : confirmed_) owed += readings.size();
  return owed;
}

std::vector<lock::Metric> Node::metrics() const {
  Rows rows;
  elections(rows, raft_);
  replication(rows, raft_);
  disk(rows, raft_);
  snapshots(rows, raft_, counters_);
  reads(rows, raft_, counters_);
  rows.gauge("applied_index", applied_.value, "The last entry applied");
  rows.gauge("proposals_waiting", proposals_.size(), "Entries whose clients wait");
  rows.gauge("answers_owed", answers_owed(), "Requests whose answers are under way");
  rows.gauge("acquires_waiting", queued_.size(), "Acquires in a queue whose clients wait here");
  rows.gauge("requests_standing", standing_.size(), "Requests that stand until something changes");
  watching(rows, watches_, counters_);
  rows.count("entries_applied_total", counters_.entries_applied, "Entries applied");
  rows.count("commands_applied_total", counters_.commands_applied, "Commands applied");
  rows.count("apply_backlogs_total", counters_.steps_that_left_a_backlog, "Steps that left some to apply");
  rows.count("answers_total", counters_.answers, "Answers given to clients");
  rows.count("redirections_total", counters_.redirections, "Clients sent elsewhere");
  rows.histogram("batch_commands", counters_.batch_commands, "Commands in an entry");
  rows.histogram("step_inputs", counters_.step_inputs, "Inputs of a step");
  return rows.take();
}

}  // namespace node
