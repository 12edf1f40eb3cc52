#include <algorithm>
#include <gtest/gtest.h>

#include "core/host/host.hpp"
#include "core/wire/codec.hpp"

namespace host {
namespace {

using namespace std::chrono_literals;

// Ports that remember what they were told.
struct World : Clock, Wakeups, Peers, Clients, Disk, Observer {
  Instant time;
  int soon_asked = 0;
  Instant wish;
  std::vector<std::pair<NodeId, wire::Frame>> peer_frames;
  std::vector<std::pair<ConnectionId, wire::ServerReply>> replies;
  std::vector<std::pair<ConnectionId, std::string>> closed;
  std::vector<raft::Write> writes;
  std::vector<node::Note> notes;
  std::vector<raft::Configuration> told;

  Instant now() const override { return time; }
  void soon() override { ++soon_asked; }
  void at(Instant when) override { wish = when; }
  void send(NodeId to, std::string frame) override { peer_frames.emplace_back(to, whole(frame)); }
  void send(ConnectionId to, std::string frame) override {
    replies.emplace_back(to, wire::decode_reply(whole(frame).payload).value());
  }
  void close(ConnectionId connection, const std::string& why) override {
    closed.emplace_back(connection, why);
  }
  void members(const raft::Configuration& configuration) override { told.push_back(configuration); }
  void write(raft::Write write) override { writes.push_back(std::move(write)); }
  void noted(const node::Note& note) override { notes.push_back(note); }

  Ports ports() { return {*this, *this, *this, *this, *this, *this}; }

 private:
  static wire::Frame whole(const std::string& bytes) {
    wire::FrameReader reader;
    reader.feed(bytes);
    return reader.next().value().value();
  }
};

node::Config config_of() {
  node::Config config;
  config.raft.self = NodeId(1);
  config.cluster = base::ClusterId(7);
  return config;
}

node::Recovered first_of(std::uint64_t servers) {
  raft::Recovered recovered;
  recovered.snapshot.configuration = raft::bootstrap(servers);
  return {recovered, lock::Machine()};
}

wire::Frame request(std::uint64_t call, lock::Request asked) {
  return {wire::FrameType::request,
          wire::encode(wire::ClientRequest{call, lock::Consistency::linearizable, std::move(asked)})};
}

lock::Request open_session() {
  return lock::Command(lock::OpenSession{lock::Millis(1000), "test"});
}
lock::Request health() {
  return lock::Query(lock::GetHealth{});
}

constexpr ConnectionId kClient{11};
constexpr ConnectionId kOther{12};

struct HostTest : testing::Test {
  World world;
  Host host{config_of(), first_of(1), world.ports()};

  // Writes become durable as soon as they are asked for.
  void settle() {
    host.run();
    for (std::size_t done = 0; done < world.writes.size(); ++done) {
      host.durable(world.writes[done].id);
      host.run();
    }
    world.writes.clear();
  }
  void lead() {
    settle();
    world.time = world.wish;
    settle();
    ASSERT_TRUE(host.node().raft().is_leader());
  }
};

TEST_F(HostTest, WakesWhenTheNodeWishesIt) {
  host.run();
  EXPECT_GT(world.wish, world.time);
  world.time = world.wish;
  settle();
  EXPECT_EQ(host.node().raft().term(), raft::Term(1));
  EXPECT_EQ(world.told, std::vector{raft::bootstrap(1)});
  const auto leads = [](const node::Note& note) { return std::holds_alternative<node::BecameLeader>(note); };
  EXPECT_EQ(std::count_if(world.notes.begin(), world.notes.end(), leads), 1) << "alone as it is";
}

TEST_F(HostTest, ARequestIsAnsweredUnderItsCall) {
  lead();
  host.client_frame(kClient, request(5, open_session()));
  settle();
  ASSERT_EQ(world.replies.size(), 1u);
  EXPECT_EQ(world.replies[0].first, kClient);
  EXPECT_EQ(world.replies[0].second.call, 5u);
  EXPECT_TRUE(std::holds_alternative<lock::SessionOpened>(world.replies[0].second.reply));
}

TEST_F(HostTest, WhatArrivesTogetherIsOneStepAndOneWrite) {
  lead();
  const int before = world.soon_asked;
  host.client_frame(kClient, request(1, open_session()));
  host.client_frame(kOther, request(1, open_session()));
  EXPECT_EQ(world.soon_asked, before + 1);
  host.run();
  EXPECT_EQ(world.writes.size(), 1u);
  settle();
  EXPECT_EQ(world.replies.size(), 2u);
}

TEST_F(HostTest, ARequestThatCannotBeReadClosesItsConnectionOnly) {
  lead();
  host.client_frame(kOther, request(1, open_session()));
  host.client_frame(kClient, {wire::FrameType::request, "nonsense"});
  ASSERT_EQ(world.closed.size(), 1u);
  EXPECT_EQ(world.closed[0].first, kClient);
  EXPECT_FALSE(world.closed[0].second.empty());
  settle();
  EXPECT_EQ(world.replies.size(), 1u);
}

TEST_F(HostTest, AFrameOfAnotherKindClosesTheConnection) {
  host.client_frame(kClient, {wire::FrameType::peer, ""});
  EXPECT_EQ(world.closed.size(), 1u);
}

TEST_F(HostTest, ACallThatIsUnderWayMayNotBeUsedAgain) {
  lead();
  host.client_frame(kClient, request(5, open_session()));
  host.client_frame(kClient, request(5, open_session()));
  EXPECT_EQ(world.closed.size(), 1u);
}

TEST_F(HostTest, ACallThatIsAnsweredMayBeUsedAgain) {
  host.client_frame(kClient, request(5, health()));
  host.run();
  host.client_frame(kClient, request(5, health()));
  host.run();
  EXPECT_EQ(world.replies.size(), 2u);
  EXPECT_TRUE(world.closed.empty());
}

TEST_F(HostTest, WhoHasGoneIsNotAnswered) {
  lead();
  host.client_frame(kClient, request(5, open_session()));
  host.client_frame(kOther, request(5, open_session()));
  host.run();
  host.client_gone(kClient);
  settle();
  ASSERT_EQ(world.replies.size(), 1u);
  EXPECT_EQ(world.replies[0].first, kOther);
  host.client_gone(kClient);  // twice is harmless
}

TEST_F(HostTest, AnInterimAnswerLeavesTheCallOpen) {
  lead();
  host.client_frame(kClient, request(1, open_session()));
  settle();
  const auto session = std::get<lock::SessionOpened>(world.replies.at(0).second.reply).session;
  const auto acquire = [&](std::uint64_t sequence) {
    return lock::Command(lock::Sequenced{session, lock::Sequence(sequence), lock::Sequence(0),
                                         lock::Acquire{{{"a"}}, true, std::nullopt, ""}});
  };
  host.client_frame(kClient, request(2, open_session()));
  settle();
  const auto other = std::get<lock::SessionOpened>(world.replies.at(1).second.reply).session;
  host.client_frame(kClient, request(3, acquire(1)));
  settle();
  host.client_frame(
      kClient, request(4, lock::Command(lock::Sequenced{other, lock::Sequence(1), lock::Sequence(0),
                                                        lock::Acquire{{{"a"}}, true, std::nullopt, ""}})));
  settle();
  ASSERT_TRUE(std::holds_alternative<lock::Queued>(world.replies.back().second.reply));
  host.client_frame(kClient, request(4, health()));
  EXPECT_EQ(world.closed.size(), 1u) << "call 4 still waits";
}

TEST(Host, APeersFrameThatCannotBeReadIsAnError) {
  World world;
  Host host(config_of(), first_of(3), world.ports());
  EXPECT_FALSE(host.peer_frame(NodeId(2), {wire::FrameType::peer, "nonsense"}).ok());
  EXPECT_FALSE(host.peer_frame(NodeId(2), {wire::FrameType::request, ""}).ok());
}

TEST(Host, APeersMessageReachesTheNode) {
  World world;
  Host host(config_of(), first_of(3), world.ports());
  host.run();
  world.time = world.time + 1s;
  const raft::Message ask = raft::PreVote{raft::Term(1), {}};
  EXPECT_TRUE(host.peer_frame(NodeId(2), {wire::FrameType::peer, wire::encode(ask)}).ok());
  host.run();
  ASSERT_FALSE(world.peer_frames.empty());
  EXPECT_EQ(world.peer_frames[0].first, NodeId(2));
  const auto answer = wire::decode_message(world.peer_frames[0].second.payload);
  EXPECT_EQ(answer.value(), raft::Message(raft::PreVoteGranted{raft::Term(1)}));
}

}  // namespace
}  // namespace host
