// What logs hold, and what is committed of them.
#include <algorithm>
#include <utility>

#include "sim/check/broken.hpp"
#include "sim/check/configurations.hpp"

namespace check {

// Finds where the log parts from what it was: by log matching, which look_at_entry keeps, below the last
// common position nothing has changed.
void RaftInvariants::look_at_log(base::NodeId id, const raft::Raft& raft, Seen& seen) {
  const raft::Log& log = raft.log();
  const bool compacted = log.snapshot().at.index != seen.snapshot || seen.configurations.empty();
  if (compacted) look_at_snapshot(id, raft, seen);
  auto same = std::min(log.last_index(), raft::Index(seen.terms.size()));
  while (same > seen.snapshot && log.term_at(same) != term_in(seen.terms, same)) same = same.previous();
  const bool cut = same.value < seen.terms.size();
  if (cut && seen.vitals.leads && seen.vitals.term == raft.term()) {
    broken("leader_append_only", server(id) + " leads " + in(raft.term()) +
                                     " and changed its own log after " + at(same) + ", which reached " +
                                     at(raft::Index(seen.terms.size())) + " (Raft §5.3)");
  }
  if (cut && same < seen.vitals.commit) {
    broken("committed_entry_removed", server(id) + " cut its log after " + at(same) + "; " +
                                          at(seen.vitals.commit) + " was committed there");
  }
  if (!compacted && !cut && same == log.last_index()) return;
  seen.terms.resize(same.value);
  while (seen.configurations.size() > 1 && seen.configurations.back().first > same)
    seen.configurations.pop_back();
  for (auto index = same.next(); index <= log.last_index(); index = index.next()) {
    look_at_entry(id, log, index, seen);
    seen.terms.push_back(log.at(index).at.term);
  }
  if (*seen.configurations.back().second != raft.configuration()) {
    broken("configuration_of_the_log", server(id) + " goes by [" + describe(raft.configuration()) +
                                           "]; the newest in its log is [" +
                                           describe(*seen.configurations.back().second) + "] (Raft §6)");
  }
}

// What it stands for is committed, so it is the same everywhere; what was there instead is gone.
void RaftInvariants::look_at_snapshot(base::NodeId id, const raft::Raft& raft, Seen& seen) {
  const auto& meta = raft.log().snapshot();
  if (meta.at.index < seen.snapshot) {
    broken("snapshot_falls",
           server(id) + " went from a snapshot at " + at(seen.snapshot) + " back to " + at(meta.at.index));
  }
  for (auto index = seen.snapshot.next(); index <= meta.at.index; index = index.next()) {
    // A step may commit, apply and compact: look_at_commit says whether it may.
    if (index > committed() && index.value <= seen.terms.size()) continue;
    if (index > committed()) {
      broken("snapshot_beyond_commit",
             server(id) + " has a snapshot at " + at(meta.at.index) + "; committed is " + at(committed()));
    }
    const auto term = committed_[index.value - 1].term;
    if (index.value > seen.terms.size()) seen.terms.resize(index.value);
    const auto its = seen.terms[index.value - 1];
    if (its && its != term && index <= seen.vitals.commit) {
      broken("committed_entry_removed",
             server(id) + " takes a snapshot for " + place({index, its}) + ", which was committed there");
    }
    // What lies behind an entry of another log is of that log.
    if (its && its != term) seen.terms.resize(meta.at.index.value);
    seen.terms[index.value - 1] = term;
  }
  seen.snapshot = meta.at.index;
  auto& configurations = seen.configurations;
  for (const auto& [index, configuration] : configurations) {
    if (index > committed() && index <= meta.at.index) configurations_[index] = configuration;
  }
  std::erase_if(configurations, [&](const auto& one) {
    return one.first <= meta.at.index || one.first.value > seen.terms.size();
  });
  configurations.insert(configurations.begin(),
                        {meta.at.index, std::make_shared<raft::Configuration>(meta.configuration)});
}

void RaftInvariants::look_at_entry(base::NodeId id, const raft::Log& log, raft::Index index, Seen& seen) {
  const raft::Entry& entry = log.at(index);
  const raft::Index before = index.previous();
  const auto previous = log.term_at(before);
  if (entry.at.index != index) {
    broken("log_position", server(id) + " keeps " + place(entry.at) + " at " + at(index));
  }
  if (previous && entry.at.term < *previous) {
    broken("log_terms_fall", server(id) + " has " + place(entry.at) + " after an entry of " + in(*previous));
  }
  if (before >= log.first_index() && entry.stamp < log.at(before).stamp) {
    broken("log_clock_falls", server(id) + ": the log clock falls from " +
                                  std::to_string(log.at(before).stamp.ms) + " ms to " +
                                  std::to_string(entry.stamp.ms) + " ms at " + at(index));
  }
  look_at_configuration(id, entry, seen);
  const auto [known, fresh] = entries_.try_emplace({index, entry.at.term}, Truth{entry, previous});
  Truth& truth = known->second;
  if (fresh) return;
  if (truth.entry != entry) {
    broken("log_matching", server(id) + " has another entry at " + place(entry.at) +
                               " than was first seen there (Raft §5.3)");
  }
  if (!truth.previous) truth.previous = previous;
  if (previous && truth.previous != previous) {
    broken("log_matching", server(id) + " has " + place(entry.at) + " after an entry of " + in(*previous) +
                               "; elsewhere it comes after one of " + in(*truth.previous) + " (Raft §5.3)");
  }
}

// In force once it is in the log (Raft §6).
void RaftInvariants::look_at_configuration(base::NodeId id, const raft::Entry& entry, Seen& seen) const {
  const auto* configuration = std::get_if<raft::Configuration>(&entry.payload);
  if (!configuration) return;
  const auto& former = *seen.configurations.back().second;
  // A server that has joined with an empty log knows of nobody before the first entry; by force anything
  // goes.
  if (!former.members.empty() && !forced_.contains(entry.at.index)) {
    if (const auto why = illegal_step(former, *configuration)) {
      broken("configuration_step", server(id) + " has [" + describe(*configuration) + "] at " +
                                       at(entry.at.index) + " after [" + describe(former) + "]: " + *why);
    }
  }
  seen.configurations.emplace_back(entry.at.index, std::make_shared<raft::Configuration>(*configuration));
}

// No change before the former one has committed, nor before an entry of the leader's own term has (Ongaro
// §4.1 and its erratum).
void RaftInvariants::look_at_changes(base::NodeId id, const raft::Raft& raft, Seen& seen) const {
  const auto& configurations = seen.configurations;
  if (forced_.contains(configurations.back().first)) return;
  if (configurations.size() > 1 && configurations[configurations.size() - 2].first > committed()) {
    broken("one_change_at_a_time", server(id) + " has a change of the members at " +
                                       at(configurations.back().first) + " before that at " +
                                       at(configurations[configurations.size() - 2].first) + " is committed");
  }
  const auto newest = configurations.back().first;
  if (!raft.is_leader() || newest <= seen.snapshot || term_in(seen.terms, newest) != raft.term()) return;
  const auto start = std::get<raft::Leader>(raft.role()).term_start;
  if (newest <= start || (start <= committed() && start <= raft.commit())) return;
  broken("change_in_a_new_term", server(id) + " changes the members at " + at(newest) +
                                     " before an entry of its own " + in(raft.term()) + " is committed");
}

// Indexes that were looked at in this run can't have changed since: committed_entry_removed.
void RaftInvariants::look_at_commit(base::NodeId id, const raft::Raft& raft, Seen& seen) {
  for (auto index = seen.commit.next(); index <= raft.commit(); index = index.next()) {
    const auto term = term_in(seen.terms, index);
    if (index.value > committed_.size()) {
      look_at_quorum(id, raft, index);
      committed_.push_back({term, raft.term()});
      const auto& configurations = seen.configurations;
      for (auto one = configurations.rbegin(); one != configurations.rend() && one->first >= index; ++one) {
        if (one->first == index) configurations_[index] = one->second;
      }
    } else if (committed_[index.value - 1].term != term) {
      broken("state_machine_safety", server(id) + " committed an entry of " + in(term) + " at " + at(index) +
                                         "; elsewhere one of " + in(committed_[index.value - 1].term) +
                                         " is committed there (Raft §5.4.3)");
    }
    seen.commit = index;
  }
}

void RaftInvariants::look_at_quorum(base::NodeId id, const raft::Raft&, raft::Index index) const {
  const auto& configuration = commits_by(id);
  const auto term = term_in(seen_.at(id).terms, index);
  std::string where;
  const bool durable = has_quorum(configuration, [&](base::NodeId voter) {
    const auto seen = seen_.find(voter);
    if (seen == seen_.end() || seen->second.vitals.durable < index ||
        term_in(seen->second.terms, index) != term)
      return false;
    where += (where.empty() ? "" : ", ") + std::to_string(voter.value);
    return true;
  });
  if (durable) return;
  broken("durability", server(id) + " counts " + at(index) + " as committed; it is durable on " +
                           (where.empty() ? "nobody" : where) + " of [" + describe(configuration) + "]");
}

}  // namespace check
