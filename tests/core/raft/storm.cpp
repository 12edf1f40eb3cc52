#include "tests/core/raft/storm.hpp"

#include <algorithm>
#include <gtest/gtest.h>

#include "core/base/check.hpp"
#include "core/base/overload.hpp"

namespace raft_test {
namespace {

using Log = std::vector<std::uint64_t>;

std::uint64_t last_term(const Log& log) {
  return log.empty() ? 0 : log.back();
}

bool accepts(const Log& mine, const Log& candidate) {
  return std::pair(last_term(candidate), candidate.size()) >= std::pair(last_term(mine), mine.size());
}

// As Append does it: only a proven conflict is cut off.
void overwrite(Log& log, const Log& leader, std::size_t up_to) {
  for (std::size_t i = 0; i < up_to; ++i) {
    if (i < log.size() && log[i] == leader[i]) continue;
    log.resize(i);
    log.push_back(leader[i]);
  }
}

raft::Config shaken(raft::Config config, base::Random& random) {
  config.tuning.append_entries_max = static_cast<std::uint32_t>(1 + random.below(3));
  config.tuning.inflight_messages_max = static_cast<std::uint32_t>(1 + random.below(4));
  config.seed = random.next();
  return config;
}

Cluster past_cluster(base::Random& random, std::uint64_t servers) {
  const auto terms = random.below(6);
  auto logs = past_logs(random, servers, terms);
  return Cluster(logs, terms, [&](raft::Config config) { return shaken(std::move(config), random); });
}

constexpr std::size_t kBagMax = 80;

}  // namespace

std::vector<Log> past_logs(base::Random& random, std::uint64_t servers, std::uint64_t terms) {
  std::vector<Log> logs(servers);
  for (std::uint64_t term = 1; term <= terms; ++term) {
    const auto leader = random.below(servers);
    const auto votes =
        std::count_if(logs.begin(), logs.end(), [&](const Log& log) { return accepts(log, logs[leader]); });
    if (2 * static_cast<std::uint64_t>(votes) <= servers) continue;
    for (auto left = random.below(5); left > 0; --left) logs[leader].push_back(term);
    for (auto& log : logs) {
      if (random.below(2) == 0) overwrite(log, logs[leader], random.below(logs[leader].size() + 1));
    }
  }
  return logs;
}

Storm::Storm(std::uint64_t servers, std::uint64_t seed)
    : random_(seed, "storm"),
      servers_(servers),
      cluster_(past_cluster(random_, servers)),
      part_of_(servers + 8),
      stalls_(servers + 8) {
  stand(any());
}

void Storm::run(int steps) {
  for (int i = 0; i < steps; ++i) step();
}

void Storm::step() {
  const auto kind = below(1000);
  if (kind < 500) return deliver(true);
  if (kind < 580) return deliver(false);
  if (kind < 840) return complete();
  if (kind < 900) return lead();
  if (kind < 950) return serve();
  const NodeId id = any();
  if (kind < 952) return change_parts();
  if (kind < 954) return save(id);
  if (kind < 955) return read(id);
  if (kind < 962) return stand(id);
  if (kind < 968) {  // two at a time, so that votes are split
    stand(id);
    return stand(any());
  }
  if (kind < 975) return change_disks();
  if (kind < 985) {
    const auto passed = std::chrono::milliseconds(below(60));
    tell([&] { return std::to_string(passed.count()) + "ms pass"; });
    return cluster_.pass(passed);
  }
  if (kind < 996 || !cluster_.is_up(id)) return restart();
  crash(id, below(cluster_.at(id).pending.size() + 1));
}

void Storm::lead() {
  const auto leader = cluster_.leader();
  if (!leader) return deliver(true);
  tell([&] { return "leader " + std::to_string(leader->value) + " ticks"; });
  cluster_.tick(leader->value);
}

// Any that believes to lead, so that one of an older term is asked as well.
void Storm::serve() {
  std::vector<NodeId> leaders;
  for (const auto& [id, server] : cluster_.servers()) {
    if (server.raft && server.raft->is_leader()) leaders.push_back(id);
  }
  if (leaders.empty()) return complete();
  const auto leader = leaders[below(leaders.size())];
  tell([&] { return std::to_string(leader.value) + " proposes, or is asked for a read"; });
  const auto kind = below(24);
  if (kind < 4) {
    cluster_.read(leader.value);
  } else if (kind == 4) {
    operate(leader.value);
  } else {
    cluster_.propose(leader.value);
  }
}

// What an operator may ask for, sensible or not.
void Storm::operate(std::uint64_t leader) {
  const auto& members = cluster_.members(leader);
  const auto someone = members.members.at(below(members.members.size())).id;
  const auto kind = below(10);
  tell([&] { return std::to_string(leader) + " is asked for an operation, kind " + std::to_string(kind); });
  raft::Change change;
  if (kind < 2 && members.last_id.value < servers_ + 3) {
    (void)cluster_.add_learner(leader, below(3) != 0).ok();
  } else if (kind < 4) {
    change.remove.push_back(someone);
  } else if (kind == 4 && members.last_id.value < servers_ + 3) {
    change.add.resize(1);
    change.remove.push_back(someone);
  } else if (kind == 5) {
    change.promote.push_back(someone);
  } else if (kind == 6) {
    change.priorities.emplace_back(someone, static_cast<std::uint8_t>(below(3)));
  } else {
    (void)cluster_.transfer(leader, below(2) == 0 ? 0 : someone.value).ok();
  }
  (void)cluster_.change(leader, change).ok();
}

void Storm::save(NodeId id) {
  if (!cluster_.is_up(id)) return;
  const auto keep = below(4);
  tell([&] { return std::to_string(id.value) + " takes a snapshot and keeps " + std::to_string(keep); });
  if (below(6) == 0) cluster_.begin_snapshot(id.value);
  cluster_.snapshot(id.value, keep);
}

// A follower's own.
void Storm::read(NodeId id) {
  if (!cluster_.is_up(id) || !cluster_.raft(id.value).leader()) return;
  tell([&] { return std::to_string(id.value) + " is asked for a read"; });
  cluster_.read(id.value);
}

// One disk at a time stands still, and for a while only: it falls behind by several writes.
void Storm::change_disks() {
  const bool any_stalls = std::find(stalls_.begin(), stalls_.end(), true) != stalls_.end();
  std::fill(stalls_.begin(), stalls_.end(), false);
  const NodeId id = any();
  if (!any_stalls) stalls_[id.value] = true;
  tell([&] { return any_stalls ? "all disks work" : std::to_string(id.value) + "'s disk stands still"; });
}

// Half of the time everyone hears everyone; else a leader is cut off, or a random line is drawn.
void Storm::change_parts() {
  std::fill(part_of_.begin(), part_of_.end(), 0);
  const auto kind = below(4);
  if (kind == 0) {
    part_of_[cluster_.leader().value_or(any()).value] = 1;
  } else if (kind == 1) {
    for (auto& part : part_of_) part = below(2);
  }
  tell([&] {
    std::string who;
    for (std::uint64_t id = 1; id <= servers_; ++id) who += std::to_string(part_of_[id]);
    return "parts: " + who;
  });
}

void Storm::stand(NodeId id) {
  if (!cluster_.is_up(id)) return;
  tell([&] { return std::to_string(id.value) + " has waited long enough"; });
  cluster_.pass(cluster_.at(id).config.tuning.election_max);
  cluster_.tick(id.value);
}

bool Storm::may_hear(const Envelope& envelope) const {
  return part_of_[envelope.from.value] == part_of_[envelope.to.value];
}

void Storm::deliver(bool oldest) {
  auto& bag = cluster_.bag();
  if (bag.size() > kBagMax) cluster_.drop(below(bag.size()));
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < bag.size(); ++i) {
    if (may_hear(bag[i])) places.push_back(i);
  }
  if (places.empty()) return;
  const auto place = oldest ? places.front() : places[below(places.size())];
  const auto fate = below(100);
  if (fate < 3) return cluster_.drop(place);
  if (fate < 6) {
    cluster_.duplicate(place);  // one of the two comes much later
  } else if (fate < 8) {
    std::rotate(bag.begin() + static_cast<std::ptrdiff_t>(place),
                bag.begin() + static_cast<std::ptrdiff_t>(place) + 1, bag.end());
    return;
  }
  tell([&] {
    return std::to_string(bag[place].from.value) + " -> " + std::to_string(bag[place].to.value) + " " +
           describe(bag[place].message);
  });
  cluster_.deliver(place);
}

void Storm::complete() {
  std::vector<NodeId> busy;
  for (const auto& [id, server] : cluster_.servers()) {
    if (server.raft && !server.pending.empty() && (!stalls_[id.value] || below(40) == 0)) busy.push_back(id);
  }
  if (busy.empty()) return;
  const NodeId id = busy[below(busy.size())];
  const auto writes = 1 + below(cluster_.at(id).pending.size());
  tell([&] { return std::to_string(id.value) + "'s disk has done " + std::to_string(writes); });
  cluster_.complete(id, writes);
}

void Storm::crash(NodeId id, std::size_t kept) {
  tell([&] {
    return std::to_string(id.value) + " crashes and keeps " + std::to_string(kept) + " of " +
           std::to_string(cluster_.at(id).pending.size()) + " writes";
  });
  cluster_.crash(id, kept);
  if (below(2) == 0) restart();
}

void Storm::restart() {
  for (const auto& [id, server] : cluster_.servers()) {
    if (server.raft) continue;
    tell([&] { return std::to_string(id.value) + " starts again"; });
    return cluster_.restart(id);
  }
}

bool Storm::recovers() {
  tell([] { return std::string("everything heals"); });
  for (const auto& [id, server] : cluster_.servers()) {
    if (!server.raft) cluster_.restart(id);
  }
  cluster_.run(4s);
  for (const auto& [id, server] : cluster_.servers()) {
    tell([&] {
      const auto& raft = *server.raft;
      std::string text = std::to_string(id.value) + ": term " + std::to_string(raft.term().value) +
                         " commit " + std::to_string(raft.commit().value) + " log " +
                         std::to_string(raft.log().first_index().value) + ".." +
                         std::to_string(raft.log().last_index().value) +
                         (raft.is_leader() ? " leads"
                          : raft.leader()  ? " follows"
                                           : " knows no leader") +
                         ", members";
      for (const auto& member : raft.configuration().members) {
        text += " " + std::to_string(member.id.value);
        if (member.suffrage == raft::Suffrage::learner) text += " (learner)";
        if (member.suffrage == raft::Suffrage::leaving) text += " (leaving)";
        if (member.outgoing) text += " (outgoing)";
      }
      return text;
    });
  }
  const auto leader = cluster_.leader();
  if (!leader) return false;
  cluster_.propose(leader->value);
  const Index proposed = cluster_.at(*leader).raft->log().last_index();
  const auto read = cluster_.read(leader->value);
  cluster_.run(200ms);
  for (const auto& member : cluster_.members(leader->value).members) {
    if (cluster_.raft(member.id.value).commit() < proposed) return false;
  }
  const auto& ready = cluster_.at(*leader).ready;
  return !ready.empty() && ready.back().id == read;
}

void Storm::tell(const std::function<std::string()>& what) {
  if (narrates_) story_.push_back(what());
}

std::string describe(const raft::Message& message) {
  const auto number = [](auto id) { return std::to_string(id.value); };
  const auto at = [&](raft::Position p) { return number(p.index) + "." + number(p.term); };
  const std::string head = std::string(raft::name_of(message)) + " t" + number(raft::term_of(message));
  return head + std::visit(base::Overload{
                               [&](const raft::PreVote& m) { return " last " + at(m.last); },
                               [](const raft::PreVoteGranted&) { return std::string(); },
                               [](const raft::PreVoteRefused&) { return std::string(); },
                               [&](const raft::RequestVote& m) { return " last " + at(m.last); },
                               [](const raft::VoteGranted&) { return std::string(); },
                               [](const raft::VoteRefused&) { return std::string(); },
                               [&](const raft::Append& m) {
                                 std::string text =
                                     " behind " + at(m.previous) + " commit " + number(m.commit);
                                 for (const auto& entry : m.entries) text += " " + at(entry.at);
                                 return text;
                               },
                               [&](const raft::AppendAccepted& m) { return " up to " + number(m.match); },
                               [&](const raft::AppendRejected& m) {
                                 return " " + number(m.previous) + " hint " + at(m.hint);
                               },
                               [&](const raft::Heartbeat& m) {
                                 return " round " + number(m.round) + " commit " + number(m.commit);
                               },
                               [&](const raft::HeartbeatReply& m) {
                                 return " round " + number(m.round) + " matched " + number(m.matched) +
                                        " durable " + number(m.durable);
                               },
                               [&](const raft::InstallSnapshot& m) {
                                 return " up to " + at(m.meta.at) + " piece " + std::to_string(m.number) +
                                        (m.last ? ", the last" : "");
                               },
                               [&](const raft::PieceAccepted& m) {
                                 return " of " + at(m.snapshot) + " next " + std::to_string(m.next);
                               },
                               [](const raft::TimeoutNow&) { return std::string(); },
                               [&](const raft::ReadIndex& m) { return " read " + number(m.read); },
                               [&](const raft::ReadIndexAnswer& m) {
                                 return " read " + number(m.read) +
                                        (m.index ? " index " + number(*m.index) : " failed");
                               },
                           },
                           message);
}

namespace {

std::string outcome(Storm& storm, const std::function<std::string(Storm&)>& work) {
  try {
    return work(storm);
  } catch (const base::CheckFailed& failure) {
    return failure.what();
  }
}

}  // namespace

void for_seeds(std::uint64_t servers, std::uint64_t first, std::uint64_t count,
               const std::function<std::string(Storm&)>& work) {
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    Storm storm(servers, seed);
    const auto wrong = outcome(storm, work);
    if (wrong.empty()) continue;
    Storm again(servers, seed);
    again.narrate();
    outcome(again, work);
    std::string told;
    const auto& story = again.story();
    for (std::size_t i = story.size() - std::min<std::size_t>(story.size(), 120); i < story.size(); ++i)
      told += story[i] + "\n";
    FAIL() << servers << " servers, seed " << seed << ": " << wrong << "\n" << told;
  }
}

}  // namespace raft_test
