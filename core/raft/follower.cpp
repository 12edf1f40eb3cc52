// What a follower does with its leader's messages: Raft §5.3.
#include <algorithm>

#include "core/base/check.hpp"
#include "core/raft/raft.hpp"

namespace raft {
namespace {

// What no correct leader sends; it may only come from a stranger's bytes.
bool is_malformed(const Append& m) {
  if (!m.previous.index != !m.previous.term || m.previous.term > m.term) return true;
  Position last = m.previous;
  LogTime stamp;
  for (const auto& entry : m.entries) {
    if (entry.at.index != last.index.next() || entry.at.term < last.term || entry.at.term > m.term)
      return true;
    if (entry.stamp < stamp) return true;
    last = entry.at;
    stamp = entry.stamp;
  }
  return false;
}

}  // namespace

// Nothing: this term has another leader (Raft §5.2), so whoever speaks isn't it.
Follower* Raft::follow(Instant now, NodeId leader) {
  if (this->leader().value_or(leader) != leader) return nullptr;
  auto* follower = std::get_if<Follower>(&role_);
  if (!follower) {
    become_follower(now, leader);
    follower = std::get_if<Follower>(&role_);
  }
  follower->leader = leader;
  heard_leader_ = now;
  reset_election_timer(now);
  return follower;
}

void Raft::on(Instant now, NodeId from, const Append& m) {
  if (is_malformed(m)) return;
  if (m.term < hard_.term) return send(from, AppendRejected{hard_.term, m.previous.index, Position{}});
  Follower* follower = follow(now, from);
  if (!follower) return;
  if (!log_.holds(m.previous)) {
    CHECK(m.previous.index > commit_);
    const Position hint = log_.last_at_most(m.previous.index, m.previous.term);
    return send(from, AppendRejected{hard_.term, m.previous.index, hint});
  }
  for (const auto& entry : m.entries) {
    if (log_.holds(entry.at)) continue;
    if (entry.at.index <= log_.last_index()) {
      CHECK(entry.at.index > commit_ && entry.at.index > follower->matched);
      log_.truncate(entry.at.index);
    }
    if (entry.stamp < log_.last_stamp()) return;  // nor does this come from a correct leader
    log_.append(entry);
  }
  // Only up to here did this request compare the logs; what lies behind may be another leader's.
  const Index checked = m.entries.empty() ? m.previous.index : m.entries.back().at.index;
  follower->matched = std::max(follower->matched, checked);
  commit_ = std::max(commit_, std::min(m.commit, checked));
  send_vouching(from, AppendAccepted{hard_.term, checked}, checked);
}

void Raft::on(Instant now, NodeId from, const Heartbeat& m) {
  if (m.term < hard_.term) return send(from, HeartbeatReply{hard_.term, m.round, Index(0), Index(0)});
  const Follower* follower = follow(now, from);
  if (!follower) return;
  commit_ = std::max(commit_, std::min(m.commit, follower->matched));
  send(from, HeartbeatReply{hard_.term, m.round, follower->matched,
                            std::min(follower->matched, log_.durable_index())});
}

}  // namespace raft
