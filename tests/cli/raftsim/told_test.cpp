#include "cli/raftsim/real/told.hpp"

#include <gtest/gtest.h>

#include "net/event_line.hpp"

namespace real {
namespace {

Told told(const node::Note& note) {
  const auto read = read_line("lockd[2]: " + net::to_line(note));
  EXPECT_EQ(read.text, net::to_line(note));
  EXPECT_TRUE(read.told.has_value()) << read.text;
  return read.told.value_or(Told{});
}

TEST(Told, ReadsWhoLeads) {
  EXPECT_EQ(told(node::BecameLeader{raft::Term(7)}).event, "leader_elected");
  EXPECT_EQ(told(node::BecameLeader{raft::Term(7)}).term, 7u);
  EXPECT_EQ(told(node::SteppedDown{raft::Term(8)}).event, "stepped_down");
  EXPECT_EQ(told(node::SteppedDown{raft::Term(8)}).term, 8u);
}

TEST(Told, ReadsWhatBecomesOfLocks) {
  const auto granted = told(lock::LockGranted{"a, token b", lock::Token(5), lock::SessionId(9), {}});
  EXPECT_EQ(granted.event, "lock_granted");
  EXPECT_EQ(granted.lock, "a, token b");
  EXPECT_EQ(granted.session, 9u);
  const auto ended = told(
      lock::HoldEnded{"jobs: 4", lock::Token(5), lock::SessionId(9), lock::EndReason::session_expired, {}});
  EXPECT_EQ(ended.event, "hold_ended");
  EXPECT_EQ(ended.lock, "jobs: 4");
  EXPECT_EQ(ended.session, 9u);
  EXPECT_EQ(ended.reason, "session_expired");
  const auto stale = told(lock::StaleTokenRefused{"x", lock::Token(5), lock::SessionId(4)});
  EXPECT_EQ(stale.event, "stale_token_refused");
  EXPECT_EQ(stale.lock, "x");
  EXPECT_EQ(stale.session, 4u);
}

TEST(Told, NamesEveryReasonAsAScenarioDoes) {
  const std::pair<lock::EndReason, const char*> reasons[] = {
      {lock::EndReason::released, "released"},
      {lock::EndReason::session_closed, "session_closed"},
      {lock::EndReason::session_expired, "session_expired"},
      {lock::EndReason::lease_expired, "lease_expired"},
      {lock::EndReason::over_max, "over_max"},
      {lock::EndReason::broken, "broken"}};
  for (const auto& [reason, name] : reasons)
    EXPECT_EQ(told(lock::HoldEnded{"x", lock::Token(1), lock::SessionId(2), reason, {}}).reason, name);
}

TEST(Told, ReadsStatesAndSessions) {
  lock::StatusChanged changed;
  changed.name = "object/3";
  changed.state = "done";
  EXPECT_EQ(told(changed).event, "status_persisted");
  EXPECT_EQ(told(changed).lock, "object/3");
  EXPECT_EQ(told(changed).state, "done");
  changed.state.clear();
  EXPECT_EQ(told(changed).lock, "object/3");
  EXPECT_EQ(told(changed).state, "");
  EXPECT_EQ(told(lock::SessionEnded{lock::SessionId(6), true}).reason, "expired");
  EXPECT_EQ(told(lock::SessionEnded{lock::SessionId(6), false}).reason, "closed");
  EXPECT_EQ(told(lock::SessionEnded{lock::SessionId(6), false}).session, 6u);
}

TEST(Told, ReadsMembersInTheMidstOfAChange) {
  raft::Configuration configuration;
  const auto add = [&](std::uint64_t id, raft::Suffrage suffrage, bool outgoing) {
    raft::Member member;
    member.id = raft::NodeId(id);
    member.suffrage = suffrage;
    member.outgoing = outgoing;
    configuration.members.push_back(member);
  };
  add(1, raft::Suffrage::voter, true);
  add(2, raft::Suffrage::voter, false);
  add(3, raft::Suffrage::learner, false);
  add(12, raft::Suffrage::leaving, true);
  const auto read = told(node::Reconfigured{configuration});
  EXPECT_EQ(read.event, "members");
  EXPECT_EQ(read.members, configuration);
}

TEST(Told, KnowsNothingOfOtherLines) {
  EXPECT_FALSE(read_line("lockd[1]: connected to server 2 at 127.0.0.1:7").told);
  EXPECT_FALSE(read_line("").told);
  EXPECT_FALSE(read_line("lockd[1]: granted").told);
  EXPECT_EQ(read_line("lockd[1]: serving on 127.0.0.1:7, cluster 1").told->event, "serving");
}

}  // namespace
}  // namespace real
