#include "core/raft/invariants.hpp"

#include "core/base/check.hpp"
#include "core/base/overload.hpp"

namespace raft {

Vitals vitals(const Raft& raft) {
  return {raft.term(),     raft.vote(), raft.commit(), raft.log().last(), raft.log().durable_index(),
          raft.is_leader()};
}

namespace {

void check_progress(const Raft& raft, const Leader& leader, const Progress& progress) {
  CHECK(progress.match < progress.next);
  CHECK(progress.match <= raft.log().last_index());
  CHECK(progress.next <= raft.log().last_index().next());
  CHECK(progress.round <= leader.round);
  const auto& tuning = raft.config().tuning;
  std::visit(base::Overload{
                 [](const Probing&) {},
                 [&](const Replicating& r) {
                   CHECK(r.inflight.size() <= tuning.inflight_messages_max);
                   CHECK(r.inflight.empty() == (r.inflight_bytes == 0));
                 },
                 [&](const Installing& i) {
                   CHECK(i.unanswered.size() <= tuning.inflight_pieces_max);
                   CHECK(i.meta.at.index <= raft.commit() && i.image);
                   CHECK(i.next || !i.unanswered.empty());
                 },
             },
             progress.stage);
}

void check_role(const Raft& raft, const Leader& leader) {
  CHECK(raft.vote() == raft.self());
  CHECK(raft.log().term_at(leader.term_start) == raft.term() || leader.term_start <= raft.commit());
  for (const auto& member : raft.configuration().members)
    CHECK(member.id == raft.self() || leader.peers.contains(member.id));
  for (const auto& [peer, progress] : leader.peers) {
    CHECK(peer != raft.self());
    check_progress(raft, leader, progress);
  }
  for (const auto& read : leader.reads) {
    CHECK(read.round <= leader.round);
    CHECK(read.index <= raft.commit());
  }
}

}  // namespace

void check(const Raft& raft) {
  CHECK(raft.commit() <= raft.log().last_index());
  CHECK(raft.log().durable_index() <= raft.log().last_index());
  CHECK(raft.log().last().term <= raft.term());
  CHECK(raft.commit() >= raft.log().snapshot().at.index);
  CHECK(raft.log().first_index() <= raft.log().snapshot().at.index.next());
  // A server that has yet to join knows nobody.
  CHECK(raft.configuration().members.empty() || is_sound(raft.configuration()));
  std::visit(base::Overload{[&](const Follower& f) {
                              CHECK(f.matched <= raft.log().last_index());
                              CHECK(f.leader != raft.self());
                              CHECK(!f.receiving || !raft.log().holds(f.receiving->meta.at));
                            },
                            [&](const PreCandidate& c) { CHECK(c.granted.contains(raft.self())); },
                            [&](const Candidate&) { CHECK(raft.vote() == raft.self()); },
                            [&](const Leader& l) { check_role(raft, l); }},
             raft.role());
}

void check_delta(const Vitals& before, const Vitals& after) {
  CHECK(after.term >= before.term);
  CHECK(after.commit >= before.commit);
  if (after.term == before.term) {
    CHECK(!before.vote || after.vote == before.vote);  // one vote a term (Raft §5.2)
    if (before.leads && after.leads) CHECK(after.last.index >= before.last.index);  // append-only (Raft §5.3)
  }
  CHECK(after.last.index >= before.commit);
}

}  // namespace raft
