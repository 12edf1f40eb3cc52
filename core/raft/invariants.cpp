#include "core/raft/invariants.hpp"

#include "core/base/check.hpp"
#include "core/base/overload.hpp"

namespace raft {

Vitals vitals(const Raft& raft) {
  return {raft.term(),     raft.vote(), raft.commit(), raft.log().last(), raft.log().durable_index(),
          raft.is_leader()};
}

namespace {

void check_role(const Raft& raft, const Leader& leader) {
  CHECK(raft.vote() == raft.self());
  CHECK(leader.peers.size() + 1 == raft.config().voters.size());
  CHECK(raft.log().term_at(leader.term_start) == raft.term());
  for (const auto& [peer, progress] : leader.peers) {
    CHECK(peer != raft.self());
    CHECK(progress.match < progress.next);
    CHECK(progress.match <= raft.log().last_index());
    CHECK(progress.next <= raft.log().last_index().next());
    CHECK(progress.round <= leader.round);
    CHECK(progress.inflight.size() <= raft.config().tuning.inflight_messages_max);
    CHECK(!progress.probing || progress.inflight.empty());
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
  std::visit(base::Overload{[&](const Follower& f) {
                              CHECK(f.matched <= raft.log().last_index());
                              CHECK(f.leader != raft.self());
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
