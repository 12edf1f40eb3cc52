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
  const auto now = raft_.is_leader() ? raft_.log_time() : machine_.stamp();
  const Ticket ticket = reading.ticket;
  std::visit(
      base::Overload{[&](const lock::GetStatus& q) { respond(ticket, machine_.view(q.name, now)); },
                     [&](const lock::WaitStatus& q) {
                       // Of a name that can't be, it would wait for ever.
                       if (const auto name = lock::check_name(q.name); !name) {
                         return respond(ticket, lock::Refused{name.error()});
                       }
                       if (machine_.wait_is_over(q)) return respond(ticket, machine_.view(q.name, now));
                       if (gone_.erase(ticket)) return;
                       watched_[q.name].emplace(ticket, q);
                       standing_[ticket] = q.name;
                     },
                     [&](const lock::List& q) { respond(ticket, machine_.list(q.prefix, q.after, now)); },
                     [&](const lock::CheckHold& q) {
                       const auto left = machine_.hold_left(q.name, q.token, now);
                       if (left) return respond(ticket, lock::HoldStands{*left});
                       respond(ticket, lock::NotHeld{});
                     },
                     [&](const lock::GetHealth&) { respond(ticket, health()); }},
      reading.query);
}

void Node::answer_waits(const std::string& name) {
  const auto watched = watched_.find(name);
  if (watched == watched_.end()) return;
  const auto now = raft_.is_leader() ? raft_.log_time() : machine_.stamp();
  std::erase_if(watched->second, [&](const auto& waiting) {
    if (!machine_.wait_is_over(waiting.second)) return false;
    standing_.erase(waiting.first);
    respond(waiting.first, machine_.view(name, now));
    return true;
  });
  if (watched->second.empty()) watched_.erase(watched);
}

// Whoever hears no leader doesn't learn of changes: ask another server.
void Node::bounce_waits() {
  for (const auto& [name, waits] : std::exchange(watched_, {})) {
    for (const auto& [ticket, wait] : waits) {
      standing_.erase(ticket);
      respond(ticket, redirection());
    }
  }
  for (const auto& [index, readings] : std::exchange(confirmed_, {})) {
    for (const auto& reading : readings) respond(reading.ticket, redirection());
  }
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
                            [&](const std::string& name) {
                              const auto watched = watched_.find(name);
                              watched->second.erase(ticket);
                              if (watched->second.empty()) watched_.erase(watched);
                            }},
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
