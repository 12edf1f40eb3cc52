#include "sim/check/raft_rules.hpp"

#include <algorithm>

#include "core/base/overload.hpp"
#include "sim/check/broken.hpp"
#include "sim/check/configurations.hpp"

namespace check {

namespace {

// Whether a log ends at least where the other does (Raft §5.4.1).
bool reaches(raft::Position its, raft::Position mine) {
  return its.term > mine.term || (its.term == mine.term && its.index >= mine.index);
}

bool holds(const raft::Log& log, raft::Position position) {
  return position.index <= log.snapshot().at.index || log.term_at(position.index) == position.term;
}

template <class Map, class Key, class Value>
void raise(Map& map, const Key& key, Value value) {
  auto& known = map[key];
  known = std::max(known, value);
}

}  // namespace

RaftRules::Run RaftRules::remembered(const raft::Raft& raft) const {
  Run run;
  run.term = raft.term();
  run.commit = raft.commit();
  run.reads_by_round = raft.counters().reads_by_round + raft.counters().reads_for_peers;
  run.reads_by_lease = raft.counters().reads_by_lease;
  return run;
}

void RaftRules::started(const raft::Raft& raft) {
  runs_[raft.self()] = remembered(raft);
}

void RaftRules::refounded() {
  *this = RaftRules(leases_hold_);
}

void RaftRules::received(const raft::Raft& before, base::NodeId from, const raft::Message& message,
                         raft::Instant now, raft::Index committed) {
  const auto found = runs_.find(before.self());
  if (found == runs_.end()) return;
  Run& run = found->second;
  const auto leader_speaks = [&](raft::Term term) {
    if (term >= before.term()) run.leader_spoke = now;
  };
  std::visit(base::Overload{
                 [](const raft::PreVote&) {},
                 [](const raft::PreVoteGranted&) {},
                 [](const raft::PreVoteRefused&) {},
                 [](const raft::VoteGranted&) {},
                 [](const raft::VoteRefused&) {},
                 [](const raft::AppendRejected&) {},
                 [](const raft::PieceAccepted&) {},
                 [](const raft::TimeoutNow&) {},
                 [](const raft::ReadIndexAnswer&) {},
                 [&](const raft::RequestVote& m) { take_vote_request(before, from, m, now, run); },
                 [&](const raft::Append& m) {
                   leader_speaks(m.term);
                   take_request(before, from, m, run);
                 },
                 [&](const raft::AppendAccepted& m) {
                   raise(run.acknowledged, Peer{m.term, from}, m.match);
                 },
                 [&](const raft::Heartbeat& m) {
                   leader_speaks(m.term);
                   raise(run.told, m.term, m.commit);
                 },
                 [&](const raft::HeartbeatReply& m) {
                   raise(run.acknowledged, Peer{m.term, from}, m.durable);
                   raise(run.rounds, Peer{m.term, from}, m.round);
                 },
                 [&](const raft::InstallSnapshot& m) {
                   leader_speaks(m.term);
                   run.requests.push_back({m.term, m.meta.at.index, {m.meta.at}});
                 },
                 [&](const raft::ReadIndex& m) {
                   run.questions.try_emplace({from, m.read}, committed);
                 },
             },
             message);
}

void RaftRules::take_request(const raft::Raft& before, base::NodeId from, const raft::Append& m, Run& run) {
  Request request{m.term, m.commit, {m.previous}};
  for (const auto& entry : m.entries) request.positions.push_back(entry.at);
  run.requests.push_back(std::move(request));
  // What is committed is in every later leader's log: only what lies behind may fail to match (Raft §5.4).
  if (m.previous.index > before.commit()) run.refusable.insert({m.term, from, m.previous.index});
}

void RaftRules::take_vote_request(const raft::Raft& before, base::NodeId from, const raft::RequestVote& m,
                                  raft::Instant now, Run& run) const {
  Asked asked;
  asked.last = m.last;
  asked.up_to_date = reaches(m.last, before.log().last());
  const auto promise = promised_.find(before.self());
  asked.leader_was_silent = m.transfer || promise == promised_.end() ||
                            now - promise->second >= before.config().tuning.election_min;
  run.asked[{m.term, from}].push_back(asked);
}

void RaftRules::sent(base::NodeId from, base::NodeId to, const raft::Message& message) {
  const auto run = runs_.find(from);
  if (run == runs_.end()) return;
  const bool answers = std::holds_alternative<raft::VoteGranted>(message) ||
                       std::holds_alternative<raft::AppendAccepted>(message) ||
                       std::holds_alternative<raft::AppendRejected>(message) ||
                       std::holds_alternative<raft::HeartbeatReply>(message) ||
                       std::holds_alternative<raft::ReadIndexAnswer>(message);
  if (answers) run->second.answers.emplace_back(to, message);
}

std::optional<Violation> RaftRules::observe(const raft::Raft& raft) {
  const auto [at, fresh] = runs_.try_emplace(raft.self());
  if (fresh) at->second = remembered(raft);
  return judge(raft.self(), [&, &run = at->second] { look(raft, run); });
}

void RaftRules::look(const raft::Raft& raft, Run& run) {
  compare(raft, run);
  for (const auto& [to, message] : std::exchange(run.answers, {})) look_at_answer(raft, to, message, run);
  look_at_role(raft);
  look_at_commit(raft, run);
  look_at_peers(raft, run);
  look_at_reads(raft, run);
  look_at_lease(raft, run);

  if (raft.term() != run.term) {
    const auto older = [&](const auto& one) { return one.first < raft.term(); };
    const auto of_older = [&](const auto& one) { return one.first.first < raft.term(); };
    std::erase_if(run.compared, older);
    std::erase_if(run.told, older);
    std::erase_if(run.acknowledged, of_older);
    std::erase_if(run.rounds, of_older);
    std::erase_if(run.asked, of_older);
    std::erase_if(run.refusable, [&](const auto& one) { return std::get<0>(one) < raft.term(); });
    run.questions.clear();
  }
  run.term = raft.term();
  run.commit = raft.commit();
  run.reads_by_round = raft.counters().reads_by_round + raft.counters().reads_for_peers;
  run.reads_by_lease = raft.counters().reads_by_lease;
  run.leads = raft.is_leader();
  run.match.clear();
  run.reads.clear();
  if (!run.leads) return;
  newest_leader_ = std::max(newest_leader_, raft.term());
  const auto& leader = std::get<raft::Leader>(raft.role());
  for (const auto& [peer, progress] : leader.peers) run.match[peer] = progress.match;
  run.reads = leader.reads;
}

// How far this server's log is known to be its leader's: as much of each request as its log holds afterwards.
void RaftRules::compare(const raft::Raft& raft, Run& run) const {
  for (const auto& request : std::exchange(run.requests, {})) {
    raise(run.told, request.term, request.commit);
    const auto& positions = request.positions;
    const auto last = std::find_if(positions.rbegin(), positions.rend(),
                                   [&](raft::Position position) { return holds(raft.log(), position); });
    if (last != positions.rend()) raise(run.compared, request.term, last->index);
  }
  for (auto& [who, asked] : run.asked) {
    for (auto& one : asked) {
      if (!std::exchange(one.looked, true)) one.up_to_date |= reaches(one.last, raft.log().last());
    }
  }
}

}  // namespace check
