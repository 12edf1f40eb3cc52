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

// A log that holds an entry of the leader's holds all before it (Raft §5.3).
Missing entries(const raft::Raft& raft, const raft::Recovered& disk, raft::Index up_to) {
  const auto its = raft.log().term_at(up_to);
  if (its && holds(disk, {up_to, *its})) return std::nullopt;
  return "the entry at index " + std::to_string(up_to.value);
}

}  // namespace

bool holds(const raft::Recovered& disk, raft::Position position) {
  const auto index = position.index.value;
  return index == 0 || (index <= disk.entries.size() && disk.entries[index - 1].at == position);
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
                    },
                    message);
}

}  // namespace sim
