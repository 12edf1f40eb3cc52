#include "sim/network.hpp"

#include <gtest/gtest.h>

namespace sim {
namespace {

class NetworkTest : public ::testing::Test {
 protected:
  Network make(Network::Tuning tuning = {}) { return {queue_, coverage_, tuning, 3, 3, tape_}; }
  std::vector<std::string> arrivals(Network& network) {
    std::vector<std::string> texts;
    while (!queue_.empty()) {
      auto event = queue_.pop();
      if (!network.arrives(event)) continue;
      if (event.kind == EventKind::resend) network.resend(event.id, event.detail);
      if (event.kind == EventKind::reset) texts.push_back("reset");
      if (event.kind == EventKind::segment || event.kind == EventKind::peer_frame)
        texts.push_back(event.bytes);
    }
    return texts;
  }
  using Texts = std::vector<std::string>;

  Queue queue_;
  Coverage coverage_;
  Tape tape_{1};
};

TEST_F(NetworkTest, DropsDatagramsOnALinkThatIsCutAndNoOther) {
  auto network = make();
  network.cut({{0, 1}});
  network.send_datagram(0, 1, "lost");
  network.send_datagram(1, 0, "back");
  EXPECT_EQ(arrivals(network), Texts{"back"});
}

TEST_F(NetworkTest, LosesWhatIsOnItsWayWhenTheLinkIsCut) {
  auto network = make();
  network.send_datagram(0, 1, "lost");
  network.send_datagram(1, 0, "back");
  network.cut({{0, 1}});
  EXPECT_EQ(arrivals(network), Texts{"back"});
  EXPECT_EQ(coverage_["messages_cut"], 1u);
}

TEST_F(NetworkTest, KeepsTheOrderOfAConnectionThatIsCutUnderWay) {
  auto network = make({.latency_ns = Distribution::uniform(1, 1'000'000)});
  const auto connection = network.connect(2, 0);
  Texts sent;
  const auto send = [&] { network.send(connection, 2, sent.emplace_back(std::to_string(sent.size()))); };
  for (int i = 0; i < 10; ++i) send();
  network.cut({{2, 0}});
  for (int i = 0; i < 5; ++i) {
    auto event = queue_.pop();
    EXPECT_FALSE(network.arrives(event));
  }
  send();
  network.mend({{2, 0}});
  EXPECT_EQ(arrivals(network), sent);
}

TEST_F(NetworkTest, MendsALinkOnlyWhenNoPartitionCutsItAnyMore) {
  auto network = make();
  network.cut({{0, 1}});
  network.cut({{0, 1}});
  network.mend({{0, 1}});
  EXPECT_TRUE(network.is_cut(0, 1));
  network.mend({{0, 1}});
  EXPECT_FALSE(network.is_cut(0, 1));
}

TEST_F(NetworkTest, KeepsTheOrderOfALinkWithoutReordering) {
  auto network = make({.latency_ns = Distribution::uniform(1, 1'000'000)});
  Texts sent;
  for (int i = 0; i < 50; ++i) network.send_datagram(0, 1, sent.emplace_back(std::to_string(i)));
  EXPECT_EQ(arrivals(network), sent);
}

TEST_F(NetworkTest, DeliversAConnectionInOrderThroughLoss) {
  auto network = make({.latency_ns = Distribution::uniform(1, 1'000'000), .loss = 300'000});
  const auto connection = network.connect(2, 0);
  Texts sent;
  for (int i = 0; i < 50; ++i) network.send(connection, 2, sent.emplace_back(std::to_string(i)));
  EXPECT_EQ(arrivals(network), sent);
}

TEST_F(NetworkTest, BreaksAConnectionAtBothEndsAfterALongPartition) {
  auto network = make();
  const auto connection = network.connect(2, 0);
  network.cut({{2, 0}});
  network.send(connection, 2, "never");
  EXPECT_EQ(arrivals(network), (Texts{"reset", "reset"}));
}

TEST_F(NetworkTest, TellsTheOtherEndOfACrash) {
  auto network = make();
  const auto connection = network.connect(2, 0);
  network.close_all(0);
  EXPECT_FALSE(network.is_open(connection, 0));
  EXPECT_EQ(arrivals(network), Texts{"reset"});
}

TEST_F(NetworkTest, FlipsOneBitOfWhatItCorrupts) {
  auto network = make({.corrupt = 1'000'000});
  network.send_datagram(0, 1, "aaaa");
  const auto got = arrivals(network).at(0);
  int flipped = 0;
  for (std::size_t i = 0; i < 4; ++i) flipped += __builtin_popcount(static_cast<unsigned char>(got[i] ^ 'a'));
  EXPECT_EQ(flipped, 1);
}

}  // namespace
}  // namespace sim
