#include "sim/vouching.hpp"

#include "core/base/overload.hpp"

namespace sim {

namespace {

using Missing = std::optional<std::string>;

Missing term(const raft::HardState& kept, raft::Term term) {
  if (kept.term >= term) return std::nullopt;
  return "term " + std::to_string(term.value) + "; the disk knows term " + std::to_string(kept.term.value);
}

Missing vote(const raft::HardState& kept, raft::Term in, raft::NodeId whom) {
  if (const auto missing = term(kept, in)) return missing;
  if (kept.term > in || kept.vote == whom) return std::nullopt;
  return "the vote for server " + std::to_string(whom.value) + " in term " + std::to_string(in.value);
}

// A log that holds an entry of the leader's holds all before it (Raft §5.3); what a snapshot stands for is
// the same everywhere.
Missing entries(const raft::Raft& raft, const raft::Recovered& disk, raft::Index up_to) {
  if (up_to <= disk.snapshot.at.index) return std::nullopt;
  const auto its = raft.log().term_at(up_to);
  // Compacted in this very step, so it is committed; the snapshot itself is not on the disk yet.
  const bool compacted = !its && up_to < raft.log().first_index();
  if (compacted && !disk.entries.empty() && up_to >= disk.entries.front().at.index &&
      up_to <= disk.entries.back().at.index)
    return std::nullopt;
  if (its && holds(disk, {up_to, *its})) return std::nullopt;
  return "the entry at index " + std::to_string(up_to.value);
}

}  // namespace

bool holds(const raft::Recovered& disk, raft::Position position) {
  if (position.index <= disk.snapshot.at.index) return true;
  if (disk.entries.empty() || position.index < disk.entries.front().at.index) return false;
  const auto slot = position.index.value - disk.entries.front().at.index.value;
  return slot < disk.entries.size() && disk.entries[slot].at == position;
}

std::optional<std::string> missing_promise(const raft::Message& message, raft::NodeId to,
                                           const raft::Raft& raft, const raft::Recovered& disk) {
  const auto& kept = disk.hard_state;
  const auto its_term = [&](const auto& m) { return term(kept, m.term); };
  return std::visit(base::Overload{
                        [](const raft::PreVote&) { return Missing(); },
                        [](const raft::PreVoteGranted&) { return Missing(); },
                        [&](const raft::PreVoteRefused& m) { return its_term(m); },
                        [&](const raft::RequestVote& m) { return vote(kept, m.term, raft.self()); },
                        [&](const raft::VoteGranted& m) { return vote(kept, m.term, to); },
                        [&](const raft::VoteRefused& m) { return its_term(m); },
                        [&](const raft::Append& m) { return its_term(m); },
                        [&](const raft::AppendAccepted& m) {
                          const auto missing = its_term(m);
                          return missing ? missing : entries(raft, disk, m.match);
                        },
                        [&](const raft::AppendRejected& m) { return its_term(m); },
                        [&](const raft::Heartbeat& m) { return its_term(m); },
                        [&](const raft::HeartbeatReply& m) {
                          const auto missing = its_term(m);
                          return missing ? missing : entries(raft, disk, m.durable);
                        },
                        // Pieces may be lost before the last: the sender begins anew.
                        [&](const raft::InstallSnapshot& m) { return its_term(m); },
                        [&](const raft::PieceAccepted& m) { return its_term(m); },
                        [&](const raft::TimeoutNow& m) { return its_term(m); },
                        [&](const raft::ReadIndex& m) { return its_term(m); },
                        [&](const raft::ReadIndexAnswer& m) { return its_term(m); },
                    },
                    message);
}

}  // namespace sim
