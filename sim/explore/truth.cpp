#include "sim/explore/truth.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/raft/quorum.hpp"
#include "sim/vouching.hpp"

namespace explore {

namespace {

using Verdict = std::optional<Violation>;

std::string name(const Server& server) {
  return "server " + std::to_string(server.raft.self().value);
}

// Of an entry that a snapshot stands for, as the state machine knows it.
std::optional<raft::Term> term_at(const Server& server, raft::Index index) {
  const auto& terms = server.machine.terms;
  if (index.value > terms.size()) return server.raft.log().term_at(index);
  return raft::Term(static_cast<unsigned char>(terms[index.value - 1]));
}

Verdict judge_disk(const Server& before, const Server& after) {
  const auto& was = before.disk.hard_state;
  const auto& is = after.disk.hard_state;
  if (is.term < was.term)
    return Violation{"term_falls", name(after) + "'s disk goes from term " + std::to_string(was.term.value) +
                                       " back to " + std::to_string(is.term.value)};
  if (is.term == was.term && was.vote && is.vote != was.vote)
    return Violation{"one_vote", name(after) + " changes its vote of term " + std::to_string(is.term.value) +
                                     " on disk (Raft §5.2)"};
  if (after.disk.snapshot.at.index < before.disk.snapshot.at.index)
    return Violation{"snapshot_falls", name(after) + "'s disk goes back to an older snapshot"};
  return std::nullopt;
}

// What was committed there, or replicated by its own leadership, stays where it is.
Verdict judge_log(const Server& before, const Server& after) {
  const bool leads =
      before.raft.is_leader() && after.raft.is_leader() && before.raft.term() == after.raft.term();
  const raft::Index up_to = leads ? before.raft.log().last_index() : before.raft.commit();
  for (raft::Index index(1); index <= up_to; index = index.next()) {
    if (term_at(after, index) == term_at(before, index)) continue;
    return Violation{leads ? "leader_append_only" : "committed_entry_removed",
                     name(after) + " loses its entry at index " + std::to_string(index.value)};
  }
  return std::nullopt;
}

// What a peer has acknowledged stays acknowledged within the term (raft/role.hpp).
Verdict judge_matches(const Server& before, const Server& after) {
  const auto* was = std::get_if<raft::Leader>(&before.raft.role());
  const auto* is = std::get_if<raft::Leader>(&after.raft.role());
  if (!was || !is || before.raft.term() != after.raft.term()) return std::nullopt;
  for (const auto& [peer, progress] : was->peers) {
    const auto now = is->peers.find(peer);
    if (now == is->peers.end() || now->second.match >= progress.match) continue;
    return Violation{"match_falls", name(after) + " forgets that server " + std::to_string(peer.value) +
                                        " acknowledged index " + std::to_string(progress.match.value)};
  }
  return std::nullopt;
}

}  // namespace

Verdict judge_step(const Server& before, const Server& after, bool restarted,
                   const std::vector<raft::Send>& sends) {
  raft::check(after.raft);
  if (const auto broken = judge_disk(before, after)) return broken;
  for (const auto& send : sends) {
    if (const auto missing = sim::missing_promise(send.message, send.to, after.raft, after.disk))
      return Violation{"persist_before_send", name(after) + " sends " + raft::name_of(send.message) +
                                                  ", and its disk lacks " + *missing};
  }
  if (restarted) return std::nullopt;
  raft::check_delta(raft::vitals(before.raft), raft::vitals(after.raft));
  if (const auto broken = judge_log(before, after)) return broken;
  return judge_matches(before, after);
}

namespace {

Verdict judge_leader(Truth& truth, const Server& server) {
  if (!server.raft.is_leader()) return std::nullopt;
  const auto term = server.raft.term().value;
  if (truth.leaders.size() < term) truth.leaders.resize(term);
  auto& leader = truth.leaders[term - 1];
  if (leader == server.raft.self().value) return std::nullopt;
  if (leader != 0)
    return Violation{"election_safety", "server " + std::to_string(leader) + " and " + name(server) +
                                            " both led term " + std::to_string(term) + " (Raft §5.2)"};
  leader = static_cast<std::uint8_t>(server.raft.self().value);
  // A candidate of an old term may win it late, and can do nothing with it.
  for (std::size_t i = 0; i < truth.committed.size(); ++i) {
    const auto& entry = truth.committed[i];
    if (entry.known_in >= term || term_at(server, raft::Index(i + 1)) == raft::Term(entry.term)) continue;
    return Violation{"leader_completeness", name(server) + " leads term " + std::to_string(term) +
                                                " without the committed entry at index " +
                                                std::to_string(i + 1) + " of term " +
                                                std::to_string(entry.term) + " (Raft §5.4)"};
  }
  return std::nullopt;
}

// Same index and term: the same entry, and the same before it (Raft §5.3).
Verdict judge_matching(const Server& one, const Server& other) {
  const auto& a = one.raft.log();
  const auto& b = other.raft.log();
  bool same = false;
  const auto first = std::max(a.first_index(), b.first_index());
  for (auto index = std::min(a.last_index(), b.last_index()); index >= first; index = index.previous()) {
    const bool equal = a.at(index) == b.at(index);
    same = same || a.at(index).at.term == b.at(index).at.term;
    if (same && !equal)
      return Violation{"log_matching", name(one) + " and " + name(other) + " differ at index " +
                                           std::to_string(index.value) +
                                           " though they agree on an entry there or behind it (Raft §5.3)"};
  }
  return std::nullopt;
}

// A step that commits by one configuration may append the next: either will do.
Verdict judge_quorum(const std::vector<const Server*>& servers, const Server& who, raft::Position at,
                     const raft::Configuration& before) {
  const auto holds = [&](const Server* s) { return sim::holds(s->disk, at); };
  const auto durable = std::count_if(servers.begin(), servers.end(), holds);
  const auto whose = [&](raft::NodeId id) {
    return id.value <= servers.size() && holds(servers[id.value - 1]);
  };
  if (raft::is_quorum(who.raft.configuration(), whose) || raft::is_quorum(before, whose)) return std::nullopt;
  return Violation{"durability", name(who) + " counts index " + std::to_string(at.index.value) + " of term " +
                                     std::to_string(at.term.value) + " as committed; it is on the disk of " +
                                     std::to_string(durable) + " of " + std::to_string(servers.size())};
}

Verdict judge_commit(Truth& truth, const std::vector<const Server*>& servers, const Server& who,
                     const raft::Configuration& before) {
  for (raft::Index index(1); index <= who.raft.commit(); index = index.next()) {
    const auto its = term_at(who, index);
    CHECK(its);
    const raft::Position at{index, *its};
    if (index.value > truth.committed.size()) {
      if (const auto broken = judge_quorum(servers, who, at, before)) return broken;
      truth.committed.push_back(
          {static_cast<std::uint8_t>(at.term.value), static_cast<std::uint8_t>(who.raft.term().value)});
    } else if (const auto known = truth.committed[index.value - 1].term; known != at.term.value) {
      return Violation{"state_machine_safety",
                       name(who) + " commits an entry of term " + std::to_string(at.term.value) +
                           " at index " + std::to_string(index.value) + "; one of term " +
                           std::to_string(known) + " is committed there (Raft §5.4.3)"};
    }
  }
  return std::nullopt;
}

}  // namespace

Verdict judge_cluster(Truth& truth, const std::vector<const Server*>& servers, std::size_t who,
                      const raft::Configuration& before) {
  const Server& server = *servers[who];
  if (const auto broken = judge_leader(truth, server)) return broken;
  for (const Server* other : servers) {
    if (other == &server) continue;
    if (const auto broken = judge_matching(server, *other)) return broken;
  }
  return judge_commit(truth, servers, server, before);
}

Verdict judge_reads(Truth& truth, std::size_t who, const Effects& effects) {
  auto& floors = truth.floors[who];
  for (const auto& served : effects.served) {
    if (served.index.value >= floors.at(served.place)) continue;
    return Violation{"linearizable_read",
                     "server " + std::to_string(who + 1) + " answers a read as of index " +
                         std::to_string(served.index.value) + "; when it was asked, " +
                         std::to_string(floors[served.place]) + " was committed (Ongaro §6.4)"};
  }
  std::vector<std::uint8_t> open;
  for (std::size_t i = 0; i < floors.size() && !effects.reads_failed; ++i) {
    const bool served = std::any_of(effects.served.begin(), effects.served.end(),
                                    [&](const auto& one) { return one.place == i; });
    if (!served) open.push_back(floors[i]);
  }
  floors = std::move(open);
  return std::nullopt;
}

Hash128 hash_of(const Truth& truth, const Rename& rename) {
  Hasher hasher;
  for (const auto leader : truth.leaders) hasher.add(rename(base::NodeId(leader)));
  hasher.add(truth.committed.size());
  for (const auto& entry : truth.committed) hasher.add(entry.term * 256u + entry.known_in);
  for (unsigned name = 1; name <= rename.size(); ++name) {
    const auto& floors = truth.floors[rename.whose(name).value - 1];
    hasher.add(floors.size());
    for (const auto floor : floors) hasher.add(floor);
  }
  return hasher.value();
}

}  // namespace explore
