// The safety of Raft (Raft figure 3) over a whole cluster, judged from outside after every step of every
// server, against a table of truth of its own. What a look costs is proportional to what the step changed.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/node/node.hpp"
#include "core/raft/invariants.hpp"
#include "core/raft/raft.hpp"

namespace check {

struct Violation {
  std::string check;  // "election_safety", "log_matching", …
  std::string what;   // one sentence
};

class RaftInvariants {
 public:
  // Machine::digest costs time in proportion to its state: leaders are sampled every so many entries, and
  // others where they come by a sampled index.
  explicit RaftInvariants(std::uint64_t digest_every = 16) : digest_every_(digest_every) {}

  // After every step of that server; also right after its first start.
  std::optional<Violation> observe(base::NodeId id, const node::Node& node);
  // Instead of observe(), for a new run of a server over the directory of its last one.
  std::optional<Violation> restarted(base::NodeId id, const node::Node& node);
  // Optional: whatever leaves a server makes its term and its vote a promise that must survive restarts, and
  // nobody leads without the votes of a quorum. Before observe() of the same step or after it.
  std::optional<Violation> sent(base::NodeId from, base::NodeId to, const raft::Message& message);
  // Whenever the snapshot on a server's disk is another.
  std::optional<Violation> snapshot_kept(base::NodeId id, const raft::Recovered& disk);

  // What is left of this cluster goes on as another one: whatever was committed behind the end of that log,
  // or otherwise than it says, doesn't count any more.
  void refounded(const raft::Recovered& survivor);

  // The same, for Raft without a state machine.
  std::optional<Violation> observe(base::NodeId id, const raft::Raft& raft);
  std::optional<Violation> restarted(base::NodeId id, const raft::Raft& raft);
  // The state machine of a server after `applied`: everywhere the same at the same index.
  std::optional<Violation> applied(base::NodeId id, raft::Index applied, std::uint64_t digest);

  // The highest index known committed by anyone.
  raft::Index committed() const { return raft::Index(committed_.size()); }
  // By which that server commits: what was in force when it was last looked at but one, as a step may append
  // the next one once it has committed by this. Only for a server that was observed.
  const raft::Configuration& commits_by(base::NodeId id) const { return *seen_.at(id).commits_by; }

 private:
  using SharedConfiguration = std::shared_ptr<const raft::Configuration>;
  // A server as last seen.
  struct Seen {
    raft::Vitals vitals;
    std::vector<raft::Term> terms;  // of its log, from index 1; what a snapshot stands for included
    raft::Index snapshot;
    raft::Index commit;  // looked at up to here
    raft::Index applied;
    std::vector<std::pair<raft::Index, SharedConfiguration>> configurations;  // in its log, or before it
    SharedConfiguration commits_by;
    raft::Instant round;  // of a leader: when its last round began
  };
  // What an entry's position stands for, in every log that ever holds it.
  struct Truth {
    raft::Entry entry;
    std::optional<raft::Term> previous;  // the term of the entry before; nothing: not known yet
  };
  struct Committed {
    raft::Term term;
    raft::Term known_in;  // the first observer's term: at least the one it was committed in
  };

  // raft_invariants.cpp
  void look(base::NodeId id, const raft::Raft& raft);
  void look_at_vitals(base::NodeId id, const raft::Raft& raft, const Seen& before) const;
  void look_at_votes(base::NodeId id, const raft::Raft& raft);
  void look_at_leadership(base::NodeId id, const raft::Raft& raft, Seen& seen);
  void look_at_following(base::NodeId id, const raft::Raft& raft) const;
  void look_at_election(base::NodeId id, raft::Term term, const Seen& seen) const;
  void look_at_completeness(base::NodeId id, raft::Term term, const Seen& seen) const;
  void look_at_check_quorum(base::NodeId id, const raft::Raft& raft, Seen& seen) const;
  void look_at_machine(base::NodeId id, const node::Node& node);
  void look_at_digest(base::NodeId id, raft::Index applied, std::uint64_t digest);
  void promise_vote(base::NodeId voter, raft::Term term, base::NodeId candidate);

  // raft_invariants_log.cpp
  void look_at_log(base::NodeId id, const raft::Raft& raft, Seen& seen);
  void look_at_snapshot(base::NodeId id, const raft::Raft& raft, Seen& seen);
  void look_at_entry(base::NodeId id, const raft::Log& log, raft::Index index, Seen& seen);
  void look_at_configuration(base::NodeId id, const raft::Entry& entry, Seen& seen) const;
  void look_at_changes(base::NodeId id, const raft::Raft& raft, Seen& seen) const;
  void look_at_commit(base::NodeId id, const raft::Raft& raft, Seen& seen);
  void look_at_quorum(base::NodeId id, const raft::Raft& raft, raft::Index index) const;

  // raft_invariants_disk.cpp
  void look_at_disk(base::NodeId id, const raft::Raft& raft) const;
  void look_at_meta(base::NodeId id, const raft::SnapshotMeta& meta) const;
  void look_at_state(base::NodeId id, const raft::Recovered& disk) const;
  const raft::Configuration* configuration_as_of(raft::Index index) const;

  std::uint64_t digest_every_;
  std::map<base::NodeId, Seen> seen_;
  std::map<raft::Term, base::NodeId> leaders_;
  std::map<std::pair<raft::Index, raft::Term>, Truth> entries_;
  std::vector<Committed> committed_;                                   // from index 1
  std::map<raft::Index, SharedConfiguration> configurations_;          // that are committed
  std::map<std::pair<base::NodeId, raft::Term>, base::NodeId> votes_;  // that others may count on
  std::map<base::NodeId, raft::Term> promised_terms_;
  std::map<raft::Index, std::uint64_t> digests_;
  std::map<raft::Index, std::uint64_t> snapshots_;  // digests of their bytes
  std::set<raft::Index> forced_;                    // where a forced recovery put its members
  bool listens_ = false;                            // is told of messages
};

}  // namespace check
