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
    const auto* configuration = std::get_if<Configuration>(&entry.payload);
    if (configuration && !is_sound(*configuration)) return true;
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
  // It teaches the term, and must not pass for an answer to what its sender asks in that one.
  if (m.term < hard_.term) return send(from, AppendRejected{hard_.term, Index(0), Position{}});
  Follower* follower = follow(now, from);
  if (!follower) return;
  // What is committed here is in every later leader's log (Raft §5.4): it matches, kept or not.
  const auto known = log_.term_at(m.previous.index);
  if (m.previous.index <= commit_) {
    const bool agrees_with_what_is_committed = !known || *known == m.previous.term;
    CHECK(agrees_with_what_is_committed);
  } else if (known != m.previous.term) {
    const auto hint = log_.last_at_most(m.previous.index, m.previous.term);
    return send(from, AppendRejected{hard_.term, m.previous.index, hint.value_or(log_.snapshot().at)});
  }
  for (const auto& entry : m.entries) {
    if (!take_entry(entry, *follower)) return;
  }
  // Only up to here did this request compare the logs; what lies behind may be another leader's.
  const Index checked = m.entries.empty() ? m.previous.index : m.entries.back().at.index;
  follower->matched = std::max(follower->matched, checked);
  commit_ = std::max(commit_, std::min(m.commit, checked));
  forget_needless_snapshot(*follower);
  send_vouching(from, AppendAccepted{hard_.term, checked}, checked);
}

// The log has come to hold what a snapshot on its way in stands for: its leader sends no more of it.
void Raft::forget_needless_snapshot(Follower& follower) const {
  if (!follower.receiving) return;
  const Position at = follower.receiving->meta.at;
  if (at.index <= commit_ || log_.holds(at)) follower.receiving.reset();
}

// False: it doesn't come from a correct leader.
bool Raft::take_entry(const Entry& entry, const Follower& follower) {
  const auto term = log_.term_at(entry.at.index);
  if (entry.at.index <= commit_) {
    const bool agrees_with_what_is_committed = !term || *term == entry.at.term;
    CHECK(agrees_with_what_is_committed);
    return true;
  }
  if (term == entry.at.term) return true;
  if (term) {
    const bool leader_keeps_its_own_log = entry.at.index > follower.matched;
    CHECK(leader_keeps_its_own_log);
    log_.truncate(entry.at.index);
  }
  if (entry.stamp < log_.last_stamp()) return false;
  log_.append(entry);
  return true;
}

void Raft::on(Instant now, NodeId from, const Heartbeat& m) {
  // Rounds are numbered within a term: the present one may have another of this number.
  if (m.term < hard_.term) return send(from, HeartbeatReply{hard_.term, Round(0), Index(0), Index(0)});
  Follower* follower = follow(now, from);
  if (!follower) return;
  commit_ = std::max(commit_, std::min(m.commit, follower->matched));
  forget_needless_snapshot(*follower);
  drop_old_reads(now);
  send(from, HeartbeatReply{hard_.term, m.round, follower->matched,
                            std::min(follower->matched, log_.durable_index())});
}

}  // namespace raft
