// Linearizable reads at the leader, and the queries that stand until something changes.
#include <utility>

#include "core/base/check.hpp"
#include "core/base/overload.hpp"
#include "core/node/node.hpp"

namespace node {

// All queries of a step that ask for the same share one read index and one round of heartbeats.
void Node::start_reads(Instant now) {
  for (auto& [consistency, readings] : std::exchange(new_reads_, {})) {
    if (consistency == lock::Consistency::stale) {
      counters_.queries_stale += readings.size();
      for (const auto& reading : readings) answer(reading);
    } else if (!raft_.leader()) {
      for (const auto& reading : readings) respond(reading.ticket, redirection());
    } else {
      const bool lease = consistency == lock::Consistency::lease;
      (lease ? counters_.queries_lease : counters_.queries_linearizable) += readings.size();
      const auto id = raft_.read(now, lease ? raft::ReadBy::lease : raft::ReadBy::round);
      reads_[id] = std::move(readings);
    }
  }
}

void Node::finish_reads(const raft::Output& output) {
  for (const auto& ready : output.reads_ready) {
    auto reads = reads_.extract(ready.id);
    CHECK(reads);
    auto& waiting = confirmed_[ready.index];
    for (auto& reading : reads.mapped()) waiting.push_back(std::move(reading));
  }
  for (const auto id : output.reads_failed) {
    const auto reads = reads_.extract(id);
    CHECK(reads);
    for (const auto& reading : reads.mapped()) respond(reading.ticket, redirection());
  }
  answer_applied();
}

// A leader that has applied an entry of its own term has applied all that was committed before it: its reads
// wait for nothing here. A follower's may wait for entries that are on their way.
void Node::answer_applied() {
  while (!confirmed_.empty() && confirmed_.begin()->first <= applied_) {
    const auto readings = confirmed_.extract(confirmed_.begin());
    for (const auto& reading : readings.mapped()) answer(reading);
  }
}

void Node::answer(const Reading& reading) {
  const auto now = read_time();
  const Ticket ticket = reading.ticket;
  std::visit(
      base::Overload{[&](const lock::GetStatus& q) { respond(ticket, machine_.view(q.name, now)); },
                     [&](const lock::WaitStatus& q) { wait(ticket, q); },
                     [&](const lock::List& q) { respond(ticket, machine_.list(q.prefix, q.after, now)); },
                     [&](const lock::CheckHold& q) {
                       const auto left = machine_.hold_left(q.name, q.token, now);
                       if (left) return respond(ticket, lock::HoldStands{*left});
                       respond(ticket, lock::NotHeld{});
                     },
                     [&](const lock::GetAudit& q) { respond(ticket, machine_.audit(q.name, q.before, now)); },
                     [&](const lock::GetSettings&) { respond(ticket, machine_.settings()); },
                     [&](const lock::Watch& q) { stand(ticket, q); },
                     [&](const lock::GetHealth&) { respond(ticket, health()); }},
      reading.query);
}

base::LogTime Node::read_time() const {
  return raft_.is_leader() ? raft_.log_time() : machine_.stamp();
}

void Node::abandon(Ticket ticket) {
  if (std::erase_if(admin_, [&](const Asking& asking) { return asking.ticket == ticket; }) != 0) return;
  const auto standing = standing_.extract(ticket);
  if (!standing) {
    gone_.insert(ticket);
    return;
  }
  std::visit(base::Overload{[&](const Asked& asked) {
                              const auto queued = queued_.find(asked);
                              std::erase(queued->second, ticket);
                              if (queued->second.empty()) queued_.erase(queued);
                            },
                            [&](const Awaiting& at) {
                              const auto awaited = awaited_.find(at.name);
                              awaited->second.erase(ticket);
                              if (awaited->second.empty()) awaited_.erase(awaited);
                            },
                            [&](const Watching& at) { watches_.leave(ticket, at.name); }},
             standing.mapped());
}

lock::Reply Node::redirection() {
  ++counters_.redirections;
  const auto leader = raft_.leader();
  const auto* member = leader ? raft_.configuration().find(*leader) : nullptr;
  return lock::NotLeader{member && *leader != raft_.self() ? member->address : std::string()};
}

lock::Health Node::health() const {
  const char* role = std::visit(base::Overload{[](const raft::Follower&) { return "follower"; },
                                               [](const raft::PreCandidate&) { return "candidate"; },
                                               [](const raft::Candidate&) { return "candidate"; },
                                               [](const raft::Leader&) { return "leader"; }},
                                raft_.role());
  lock::Health health{raft_.self().value,
                      config_.cluster.value,
                      LOCKD_VERSION,
                      role,
                      raft_.term().value,
                      raft_.leader().value_or(base::NodeId()).value,
                      raft_.commit().value,
                      raft_.log().last_index().value,
                      {}};
  for (const auto& member : raft_.configuration().members) health.members.push_back(member.address);
  return health;
}

void Node::respond(Ticket ticket, lock::Reply reply) {
  if (gone_.erase(ticket)) return;
  ++counters_.answers;
  effects_.responses.push_back({ticket, std::move(reply)});
}

}  // namespace node
