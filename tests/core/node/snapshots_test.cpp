// Snapshots of nodes: taken while they work, sent to who lags behind, the same on every replica.
#include <gtest/gtest.h>

#include "tests/core/node/servers.hpp"

namespace node_test {
namespace {

constexpr node::SnapshotPolicy kOften{
    .entries = 20, .bytes = 1u << 30, .keep_entries = 3, .keep_bytes = 1u << 20, .piece_bytes = 64};

template <class T>
bool is(const lock::Reply& reply) {
  return std::holds_alternative<T>(reply);
}

std::size_t count_notes(const Server& server, auto kind) {
  using Kind = decltype(kind);
  return static_cast<std::size_t>(
      std::count_if(server.notes.begin(), server.notes.end(),
                    [](const node::Note& note) { return std::holds_alternative<Kind>(note); }));
}

void write_statuses(Servers& servers, lock::SessionId session, std::uint64_t from, std::uint64_t count) {
  for (std::uint64_t i = from; i < from + count; ++i) {
    const auto reply = servers.ask(1, set_status(session, i, "name" + std::to_string(i % 7), "running"));
    ASSERT_TRUE(is<lock::StatusSet>(reply));
  }
}

struct SnapshotTest : testing::Test {
  Servers servers{3, kOften};
  lock::SessionId session;

  SnapshotTest() {
    servers.elect(1);
    session = servers.open(1);
  }
};

TEST_F(SnapshotTest, ForgetTheLogBeforeThemButATail) {
  write_statuses(servers, session, 1, 50);
  servers.run(200ms);
  for (std::uint64_t id = 1; id <= 3; ++id) {
    const auto& log = servers.at(id).node.raft().log();
    EXPECT_GE(log.snapshot().at.index.value, 40u);
    EXPECT_EQ(log.first_index().value, log.snapshot().at.index.value - 2) << "three are kept";
    EXPECT_GE(count_notes(servers.at(id), node::SnapshotSaved()), 2u);
  }
}

TEST_F(SnapshotTest, AreTheSameBytesOnEveryReplicaForTheSameIndex) {
  write_statuses(servers, session, 1, 60);
  servers.run(200ms);
  std::size_t compared = 0;
  for (const auto& [index, bytes] : servers.at(1).snapshots) {
    for (std::uint64_t id = 2; id <= 3; ++id) {
      const auto there = servers.at(id).snapshots.find(index);
      if (there == servers.at(id).snapshots.end()) continue;
      EXPECT_EQ(there->second, bytes) << "server " << id << " at " << index.value;
      ++compared;
    }
  }
  EXPECT_GE(compared, 4u);
}

TEST_F(SnapshotTest, BringAFollowerUpThatMissedWhatTheLogHasForgotten) {
  servers.isolate(3);
  write_statuses(servers, session, 1, 60);
  servers.heal();
  servers.run(2s);
  const auto& late = servers.at(3).node;
  EXPECT_EQ(count_notes(servers.at(3), node::SnapshotInstalled()), 1u);
  EXPECT_EQ(late.applied(), servers.at(1).node.applied());
  EXPECT_EQ(late.machine().digest(), servers.at(1).node.machine().digest());
  EXPECT_GT(servers.at(1).node.raft().counters().pieces_sent, 3u) << "it took several pieces";
}

TEST_F(SnapshotTest, AnswerWhoWaitsForWhatHappenedMeanwhile) {
  const auto ticket = servers.submit(3, lock::Query(lock::WaitStatus{"job", std::nullopt}));
  servers.settle();
  ASSERT_TRUE(servers.replies(3, ticket).empty());
  // Cut off for less than it takes to miss the leader: the wait stands.
  servers.isolate(3);
  ASSERT_TRUE(is<lock::StatusSet>(servers.ask(1, set_status(session, 1, "job", "done"))));
  write_statuses(servers, session, 2, 60);
  servers.heal();
  servers.run(2s);
  ASSERT_EQ(count_notes(servers.at(3), node::SnapshotInstalled()), 1u);
  ASSERT_EQ(servers.replies(3, ticket).size(), 1u);
  EXPECT_TRUE(is<lock::NameView>(servers.replies(3, ticket)[0]));
}

TEST_F(SnapshotTest, ARetryThatTheySurviveGetsItsFirstAnswer) {
  const auto first = servers.ask(1, set_status(session, 1, "once", "done"));
  servers.isolate(3);
  write_statuses(servers, session, 2, 60);
  servers.heal();
  servers.run(2s);
  servers.elect(3);
  EXPECT_EQ(servers.ask(3, set_status(session, 1, "once", "done")), first);
}

TEST_F(SnapshotTest, AreTakenOnRequestOfTheServerThatIsAsked) {
  const auto before = servers.at(2).node.applied();
  const auto reply = servers.ask(2, lock::Admin(lock::TakeSnapshot{}));
  ASSERT_TRUE(is<lock::SnapshotTaken>(reply));
  EXPECT_EQ(std::get<lock::SnapshotTaken>(reply).index, before.value);
  EXPECT_EQ(servers.at(2).node.raft().log().snapshot().at.index, before);
  EXPECT_EQ(servers.at(1).node.raft().log().snapshot().at.index, raft::Index(0));
  EXPECT_TRUE(is<lock::SnapshotTaken>(servers.ask(2, lock::Admin(lock::TakeSnapshot{})))) << "nothing new";
}

TEST_F(SnapshotTest, ThatCannotBeReadAreRefusedAndAskedForAgain) {
  raft::SnapshotMeta meta{{raft::Index(1000), raft::Term(1)}, {1'000'000}, raft::bootstrap(3)};
  servers.at(3).inputs.push_back(node::Received{
      base::NodeId(1), raft::InstallSnapshot{raft::Term(1), meta, 0, true, base::Bytes("no image")}});
  servers.settle();
  EXPECT_EQ(count_notes(servers.at(3), node::SnapshotRefused()), 1u);
  EXPECT_EQ(servers.at(3).node.raft().log().snapshot().at.index, raft::Index(0));
  EXPECT_FALSE(servers.at(3).node.raft().receives_snapshot());
}

}  // namespace
}  // namespace node_test
