#include <algorithm>
#include <gtest/gtest.h>

#include "core/wire/codec.hpp"
#include "core/wire/frame.hpp"
#include "tests/core/node/servers.hpp"

namespace node_test {
namespace {

using lock::Reply;

Servers three_with_leader_1() {
  Servers servers(3);
  servers.elect(1);
  return servers;
}

template <class T>
bool is(const Reply& reply) {
  return std::holds_alternative<T>(reply);
}

std::uint64_t last_index(Servers& servers, std::uint64_t id) {
  return servers.at(id).node.raft().log().last_index().value;
}

TEST(Node, RequestsOfOneStepShareOneEntryAndEachGetsItsAnswer) {
  auto servers = three_with_leader_1();
  const auto session = servers.open(1);
  const auto before = last_index(servers, 1);
  const auto a = servers.submit(1, acquire(session, 1, "a"));
  const auto b = servers.submit(1, acquire(session, 2, "b"));
  const auto c = servers.submit(1, set_status(session, 3, "c", "running"));
  servers.settle();
  EXPECT_EQ(last_index(servers, 1), before + 1);
  const auto granted_a = std::get<lock::Granted>(servers.replies(1, a).at(0));
  const auto granted_b = std::get<lock::Granted>(servers.replies(1, b).at(0));
  EXPECT_LT(granted_a.token, granted_b.token);
  EXPECT_TRUE(is<lock::StatusSet>(servers.replies(1, c).at(0)));
}

TEST(Node, ABatchTooLargeForOneEntryIsSplit) {
  auto servers = three_with_leader_1();
  const auto session = servers.open(1);
  const auto before = last_index(servers, 1);
  std::vector<Ticket> tickets;
  for (std::uint64_t i = 1; i <= 20; ++i) {
    lock::SetStatus set;
    set.name = "n" + std::to_string(i);
    set.state = "running";
    set.value = std::string(60'000, 'x');
    tickets.push_back(servers.submit(
        1,
        lock::Command(lock::Sequenced{session, lock::Sequence(i), lock::Sequence(i - 1), std::move(set)})));
  }
  servers.settle();
  EXPECT_EQ(last_index(servers, 1), before + 4);
  for (const auto ticket : tickets) EXPECT_TRUE(is<lock::StatusSet>(servers.replies(1, ticket).at(0)));
}

TEST(Node, AFollowerNamesTheLeaderToCommandsAndAnswersQueriesItself) {
  auto servers = three_with_leader_1();
  const auto before = last_index(servers, 1);
  EXPECT_EQ(servers.ask(2, lock::Command(lock::OpenSession{lock::Millis(1000), "x"})),
            Reply(lock::NotLeader{"host1:1"}));
  EXPECT_TRUE(is<lock::NameView>(servers.ask(2, lock::Query(lock::GetStatus{"a"}))));
  EXPECT_EQ(last_index(servers, 1), before);
}

TEST(Node, AServerThatKnowsNoLeaderSaysSo) {
  Servers servers(3);
  EXPECT_EQ(servers.ask(2, lock::Query(lock::GetStatus{"a"})), Reply(lock::NotLeader{""}));
}

TEST(Node, WhatWasUnderWayWhenLeadershipWasLostIsUnknown) {
  auto servers = three_with_leader_1();
  const auto session = servers.open(1);
  servers.isolate(1);
  const auto asked = servers.submit(1, acquire(session, 1, "a"));
  const auto read = servers.submit(1, lock::Query(lock::GetStatus{"a"}));
  servers.run(1s);
  ASSERT_FALSE(servers.at(1).node.raft().is_leader());
  EXPECT_EQ(servers.replies(1, asked), std::vector<Reply>{lock::LeadershipLost{}});
  EXPECT_EQ(servers.replies(1, read), std::vector<Reply>{lock::NotLeader{""}});
  const auto stepped_down =
      std::count_if(servers.at(1).notes.begin(), servers.at(1).notes.end(),
                    [](const auto& note) { return std::holds_alternative<node::SteppedDown>(note); });
  EXPECT_EQ(stepped_down, 1);
}

// A leader that was paused learns in one step that it is none, and what was committed in its entry's place.
TEST(Node, ARequestWhosePlaceAnotherLeadersEntryTookIsAnsweredAllTheSame) {
  auto servers = three_with_leader_1();
  const auto session = servers.open(1);
  servers.isolate(1);
  const auto asked = servers.submit(1, acquire(session, 1, "a"));
  servers.step(1);
  servers.elect(2);
  servers.ask(2, set_status(session, 2, "b", "running"));
  const auto& newer = servers.at(2).node.raft();
  const raft::Index lost = servers.at(1).node.raft().log().last_index();
  const auto& before = newer.log().at(lost.previous());
  raft::Append append{newer.term(), before.at, newer.commit(), {}};
  for (auto i = lost; i <= newer.commit(); i = i.next()) append.entries.push_back(newer.log().at(i));
  servers.at(1).inputs.push_back(node::Received{base::NodeId(2), append});
  servers.step(1);
  ASSERT_GE(servers.at(1).node.applied(), lost);
  EXPECT_EQ(servers.replies(1, asked), std::vector<Reply>{lock::LeadershipLost{}});
}

TEST(Node, ARequestTooLargeForAnEntryIsRefusedAndTheOthersAreNot) {
  auto servers = three_with_leader_1();
  const auto session = servers.open(1);
  lock::SetStatus set;
  set.name = "huge";
  set.state = "done";
  set.value = std::string(9u << 20, 'x');
  const auto a = servers.submit(1, acquire(session, 1, "a"));
  const auto huge =
      servers.submit(1, lock::Command(lock::Sequenced{session, lock::Sequence(2), lock::Sequence(0), set}));
  const auto b = servers.submit(1, acquire(session, 3, "b"));
  servers.settle();
  EXPECT_TRUE(is<lock::Refused>(servers.replies(1, huge).at(0)));
  EXPECT_TRUE(is<lock::Granted>(servers.replies(1, a).at(0)));
  EXPECT_TRUE(is<lock::Granted>(servers.replies(1, b).at(0)));
}

TEST(Node, AListingOfManyLargeRecordsFitsAFrame) {
  auto servers = three_with_leader_1();
  const auto session = servers.open(1);
  for (std::uint64_t i = 1; i <= 150; ++i) {
    lock::SetStatus set;
    set.name = "n" + std::to_string(i);
    set.state = "done";
    set.value = std::string(65'536, 'x');
    servers.ask(1, lock::Command(lock::Sequenced{session, lock::Sequence(i), lock::Sequence(i - 1), set}));
  }
  const auto reply = servers.ask(1, lock::Query(lock::List{}));
  EXPECT_LT(wire::encode(wire::ServerReply{1, reply}).size(), wire::kPayloadBytesMax);
  EXPECT_TRUE(std::get<lock::Listing>(reply).more);
}

TEST(Node, WaitingForANameThatCannotBeIsRefused) {
  auto servers = three_with_leader_1();
  EXPECT_TRUE(is<lock::Refused>(servers.ask(1, lock::Query(lock::WaitStatus{"a b", std::nullopt}))));
}

TEST(Node, ARetryAtTheNewLeaderGetsTheFirstAnswer) {
  auto servers = three_with_leader_1();
  const auto session = servers.open(1);
  const auto first = std::get<lock::Granted>(servers.ask(1, acquire(session, 1, "a")));
  servers.isolate(1);
  servers.elect(2);
  const auto again = std::get<lock::Granted>(servers.ask(2, acquire(session, 1, "a")));
  EXPECT_EQ(again.token, first.token);
}

TEST(Node, AWaiterIsAnsweredTwiceQueuedThenGranted) {
  auto servers = three_with_leader_1();
  const auto holder = servers.open(1);
  const auto waiter = servers.open(1);
  const auto held = std::get<lock::Granted>(servers.ask(1, acquire(holder, 1, "a")));
  const auto ticket = servers.submit(1, acquire(waiter, 1, "a"));
  servers.settle();
  ASSERT_EQ(servers.replies(1, ticket).size(), 1u);
  EXPECT_TRUE(is<lock::Queued>(servers.replies(1, ticket)[0]));
  servers.ask(1, release(holder, 2, "a", held.token));
  ASSERT_EQ(servers.replies(1, ticket).size(), 2u);
  EXPECT_TRUE(std::get<lock::Granted>(servers.replies(1, ticket)[1]).waited);
}

TEST(Node, AWaiterThatAskedTwiceIsAnsweredTwice) {
  auto servers = three_with_leader_1();
  const auto holder = servers.open(1);
  const auto waiter = servers.open(1);
  const auto held = std::get<lock::Granted>(servers.ask(1, acquire(holder, 1, "a")));
  const auto first = servers.submit(1, acquire(waiter, 1, "a"));
  servers.settle();
  const auto second = servers.submit(1, acquire(waiter, 1, "a"));
  servers.settle();
  servers.ask(1, release(holder, 2, "a", held.token));
  EXPECT_TRUE(is<lock::Granted>(servers.replies(1, first).back()));
  EXPECT_EQ(servers.replies(1, first).back(), servers.replies(1, second).back());
}

TEST(Node, AWaiterWhoseSessionEndsIsTold) {
  auto servers = three_with_leader_1();
  const auto holder = servers.open(1);
  const auto waiter = servers.open(1);
  servers.ask(1, acquire(holder, 1, "a"));
  const auto ticket = servers.submit(1, acquire(waiter, 1, "a"));
  servers.settle();
  servers.ask(1, lock::Command(lock::CloseSession{waiter}));
  EXPECT_TRUE(is<lock::SessionExpired>(servers.replies(1, ticket).back()));
}

TEST(Node, AQueuedWaiterOfALostLeaderIsToldToAskAgain) {
  auto servers = three_with_leader_1();
  const auto holder = servers.open(1);
  const auto waiter = servers.open(1);
  const auto held = std::get<lock::Granted>(servers.ask(1, acquire(holder, 1, "a")));
  const auto ticket = servers.submit(1, acquire(waiter, 1, "a"));
  servers.settle();
  servers.isolate(1);
  servers.elect(2);
  servers.heal();
  servers.run(200ms);
  EXPECT_TRUE(is<lock::LeadershipLost>(servers.replies(1, ticket).back()));
  const auto again = servers.submit(2, acquire(waiter, 1, "a"));
  servers.settle();
  EXPECT_TRUE(is<lock::Queued>(servers.replies(2, again).at(0)));
  servers.ask(2, release(holder, 2, "a", held.token));
  EXPECT_TRUE(is<lock::Granted>(servers.replies(2, again).back()));
  EXPECT_EQ(servers.replies(1, ticket).size(), 2u) << "an answer was sent after the last one";
}

TEST(Node, WaitStatusIsPushedTheOutcome) {
  auto servers = three_with_leader_1();
  const auto session = servers.open(1);
  const auto wait = servers.submit(1, lock::Query(lock::WaitStatus{"job", std::nullopt}));
  servers.settle();
  EXPECT_TRUE(servers.replies(1, wait).empty());
  servers.ask(1, set_status(session, 1, "job", "running"));
  EXPECT_TRUE(servers.replies(1, wait).empty());
  servers.ask(1, set_status(session, 2, "job", "done"));
  ASSERT_EQ(servers.replies(1, wait).size(), 1u);
  EXPECT_EQ(std::get<lock::NameView>(servers.replies(1, wait)[0]).record->state, "done");
  EXPECT_TRUE(is<lock::NameView>(servers.ask(1, lock::Query(lock::WaitStatus{"job", std::nullopt}))));
}

TEST(Node, AbandonedTicketsAreNotAnswered) {
  auto servers = three_with_leader_1();
  const auto session = servers.open(1);
  const auto other = servers.open(1);
  const auto held = std::get<lock::Granted>(servers.ask(1, acquire(session, 1, "a")));
  // One stands, one goes in the step that asks, one while its answer is under way.
  const auto stands = servers.submit(1, lock::Query(lock::WaitStatus{"job", std::nullopt}));
  const auto queued = servers.submit(1, acquire(other, 1, "a"));
  servers.settle();
  servers.abandon(1, stands);
  servers.abandon(1, queued);
  const auto at_once = servers.submit(1, lock::Query(lock::WaitStatus{"job", std::nullopt}));
  servers.abandon(1, at_once);
  const auto health = servers.submit(1, lock::Query(lock::GetHealth{}));
  servers.abandon(1, health);
  const auto proposed = servers.submit(1, acquire(other, 2, "a"));
  servers.step(1);
  servers.abandon(1, proposed);
  servers.settle();
  servers.ask(1, set_status(session, 2, "job", "done"));
  servers.ask(1, release(session, 3, "a", held.token));
  EXPECT_TRUE(servers.replies(1, stands).empty());
  EXPECT_EQ(servers.replies(1, queued).size(), 1u) << "Queued only";
  EXPECT_TRUE(servers.replies(1, at_once).empty());
  EXPECT_TRUE(servers.replies(1, health).empty());
  EXPECT_TRUE(servers.replies(1, proposed).empty());
}

TEST(Node, ReadsSeeWhatWasAnsweredBefore) {
  auto servers = three_with_leader_1();
  const auto session = servers.open(1);
  servers.ask(1, set_status(session, 1, "job", "running"));
  const auto view = std::get<lock::NameView>(servers.ask(1, lock::Query(lock::GetStatus{"job"})));
  EXPECT_EQ(view.record->state, "running");
}

TEST(Node, AReadWithoutAMajorityIsNotAnswered) {
  auto servers = three_with_leader_1();
  servers.isolate(1);
  const auto read = servers.submit(1, lock::Query(lock::GetStatus{"job"}));
  servers.run(100ms);
  EXPECT_TRUE(servers.replies(1, read).empty());
}

TEST(Node, AnyServerTellsItsHealth) {
  auto servers = three_with_leader_1();
  const auto health = std::get<lock::Health>(servers.ask(3, lock::Query(lock::GetHealth{})));
  EXPECT_EQ(health.role, "follower");
  EXPECT_EQ(health.leader, 1u);
  EXPECT_EQ(health.cluster, 77u);
  EXPECT_EQ(health.members, (std::vector<std::string>{"host1:1", "host2:1", "host3:1"}));
}

TEST(NodeTime, AnIdleClusterWithNothingToExpireWritesNothing) {
  auto servers = three_with_leader_1();
  servers.run(1s);
  const auto before = servers.at(1).writes;
  servers.run(300s);
  EXPECT_EQ(servers.at(1).writes, before);
  EXPECT_EQ(last_index(servers, 1), 1u);
}

TEST(NodeTime, AnIdleLeaderEndsALeaseWhenItIsDue) {
  auto servers = three_with_leader_1();
  const auto session = servers.open(1, lock::Millis(5'000));
  servers.ask(1, acquire(session, 1, "a"));
  const auto before = last_index(servers, 1);
  servers.run(4'990ms);
  EXPECT_EQ(last_index(servers, 1), before);
  servers.run(20ms);
  EXPECT_EQ(last_index(servers, 1), before + 1);
  EXPECT_TRUE(std::get<lock::NameView>(servers.ask(1, lock::Query(lock::GetStatus{"a"}))).holders.empty());
  servers.run(300s);
  EXPECT_EQ(last_index(servers, 1), before + 1) << "nothing is left to expire";
}

TEST(NodeTime, TheClockIsWrittenDownOnceAMinuteWhileAnythingCanExpire) {
  auto servers = three_with_leader_1();
  servers.open(1, lock::Millis(3'600'000));
  const auto before = last_index(servers, 1);
  servers.run(301s);
  EXPECT_EQ(last_index(servers, 1), before + 5);
}

TEST(NodeTime, AnElectionNeverShortensALease) {
  auto servers = three_with_leader_1();
  const auto session = servers.open(1, lock::Millis(5'000));
  servers.run(4s);
  servers.isolate(1);
  servers.elect(2);
  servers.run(4'900ms);
  EXPECT_TRUE(is<lock::KeptAlive>(servers.ask(2, lock::Command(lock::KeepAlive{session}))));
}

TEST(NodeTime, AllReplicasEndInTheSameState) {
  auto servers = three_with_leader_1();
  const auto session = servers.open(1, lock::Millis(2'000));
  servers.ask(1, acquire(session, 1, "a"));
  servers.ask(1, set_status(session, 2, "a", "running"));
  servers.run(5s);
  for (std::uint64_t id = 1; id <= 3; ++id) {
    EXPECT_EQ(servers.at(id).node.machine().digest(), servers.at(1).node.machine().digest());
    EXPECT_EQ(servers.at(id).node.applied(), servers.at(1).node.raft().commit());
  }
}

}  // namespace
}  // namespace node_test
