// Linearizable reads at the leader, and the queries that stand until something changes.
#include <utility>

#include "core/base/check.hpp"
#include "core/base/overload.hpp"
#include "core/node/node.hpp"

namespace node {

// All queries of a step share one read index and one round of heartbeats.
void Node::start_reads(Instant now) {
  if (new_reads_.empty()) return;
  reads_[raft_.read(now)] = std::exchange(new_reads_, {});
}

void Node::finish_reads(const raft::Output& output) {
  for (const auto& ready : output.reads_ready) {
    CHECK(ready.index <= applied_);
    const auto reads = reads_.extract(ready.id);
    CHECK(reads);
    for (const auto& reading : reads.mapped()) answer(reading);
  }
  for (const auto id : output.reads_failed) {
    const auto reads = reads_.extract(id);
    CHECK(reads);
    for (const auto& reading : reads.mapped()) respond(reading.ticket, redirection());
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

void Node::abandon(Ticket ticket) {
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

lock::Reply Node::redirection() const {
  const auto leader = raft_.leader();
  const auto address = leader ? config_.addresses.find(*leader) : config_.addresses.end();
  return lock::NotLeader{address == config_.addresses.end() ? std::string() : address->second};
}

lock::Health Node::health() const {
  const char* role = std::visit(base::Overload{[](const raft::Follower&) { return "follower"; },
                                               [](const raft::PreCandidate&) { return "candidate"; },
                                               [](const raft::Candidate&) { return "candidate"; },
                                               [](const raft::Leader&) { return "leader"; }},
                                raft_.role());
  lock::Health health{config_.raft.self.value,
                      config_.cluster.value,
                      LOCKD_VERSION,
                      role,
                      raft_.term().value,
                      raft_.leader().value_or(base::NodeId()).value,
                      raft_.commit().value,
                      raft_.log().last_index().value,
                      {}};
  for (const auto& [id, address] : config_.addresses) health.members.push_back(address);
  return health;
}

void Node::respond(Ticket ticket, lock::Reply reply) {
  if (gone_.erase(ticket)) return;
  effects_.responses.push_back({ticket, std::move(reply)});
}

}  // namespace node
