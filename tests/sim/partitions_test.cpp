#include "sim/partitions.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <set>

namespace sim {
namespace {

constexpr Place kClients = 3;

struct Fallen {
  Ground ground;
  std::set<std::pair<Place, Place>> cut;

  bool hears(Place to, Place from) const { return !cut.contains({from, to}); }
  std::set<Place> heard_by(Place to) const {
    std::set<Place> heard;
    for (const auto from : ground.servers) {
      if (hears(to, from)) heard.insert(from);
    }
    return heard;
  }
};

Fallen fall(Partition partition, Place servers, const std::vector<Place>& targets, std::uint64_t seed = 1) {
  Tape tape(seed);
  Fallen fallen;
  fallen.ground.machines = servers;
  fallen.ground.clients = kClients;
  for (Place place = 0; place < servers; ++place) fallen.ground.servers.push_back(place);
  const auto cut = links_cut_by(partition, fallen.ground, targets, tape.stream("faults"));
  fallen.cut = {cut.begin(), cut.end()};
  EXPECT_EQ(fallen.cut.size(), cut.size()) << "a link is cut twice";
  return fallen;
}

std::vector<Place> all(Place servers) {
  std::vector<Place> places;
  for (Place place = 0; place < servers; ++place) places.push_back(place);
  return places;
}

RC_GTEST_PROP(Partitions, ARingGivesEveryServerAMajorityAndNoTwoTheSame, ()) {
  const Place n = *rc::gen::inRange<Place>(3, 10);
  const auto fallen =
      fall({Partition::Shape::ring, ClientSide::both}, n, all(n), *rc::gen::arbitrary<std::uint32_t>());
  std::set<std::set<Place>> majorities;
  for (Place place = 0; place < n; ++place) {
    const auto heard = fallen.heard_by(place);
    RC_ASSERT(heard.contains(place));
    RC_ASSERT(heard.size() == n / 2 + 1);
    majorities.insert(heard);
  }
  RC_ASSERT(majorities.size() == n);
}

RC_GTEST_PROP(Partitions, AChainLetsEveryServerHearItsNeighbours, ()) {
  const Place n = *rc::gen::inRange<Place>(3, 10);
  const auto fallen =
      fall({Partition::Shape::chain, ClientSide::both}, n, all(n), *rc::gen::arbitrary<std::uint32_t>());
  std::size_t ends = 0;
  for (Place place = 0; place < n; ++place) {
    const auto heard = fallen.heard_by(place).size();
    RC_ASSERT(heard == 2 || heard == 3);
    ends += heard == 2 ? 1 : 0;
  }
  RC_ASSERT(ends == 2u);
}

TEST(Partitions, ABridgeIsTheOnlyOneThatSeesBothHalves) {
  const auto fallen = fall({Partition::Shape::bridge, ClientSide::both}, 5, {2});
  EXPECT_EQ(fallen.heard_by(2).size(), 5u);
  for (const Place place : {0u, 1u, 3u, 4u}) {
    const auto heard = fallen.heard_by(place);
    EXPECT_EQ(heard.size(), 3u);
    EXPECT_TRUE(heard.contains(2));
    for (const auto other : heard) EXPECT_TRUE(fallen.heard_by(other).contains(place));
  }
}

TEST(Partitions, AClientBesideAServerReachesWhatThatOneReaches) {
  const auto fallen = fall({Partition::Shape::chain, ClientSide::random}, 5, all(5));
  for (Place client = 5; client < 5 + kClients; ++client) {
    const auto reached = fallen.heard_by(client);
    const bool like_one = std::any_of(fallen.ground.servers.begin(), fallen.ground.servers.end(),
                                      [&](Place server) { return fallen.heard_by(server) == reached; });
    EXPECT_TRUE(like_one) << "client " << client;
  }
}

TEST(Partitions, AServerOutsideARingKeepsItsLinks) {
  const auto fallen = fall({Partition::Shape::ring, ClientSide::both}, 6, {0, 1, 2, 3, 4});
  EXPECT_EQ(fallen.heard_by(5).size(), 6u);
}

TEST(Partitions, ASplitPartsTheSelectedFromTheRestAndNobodyElse) {
  const auto fallen = fall({Partition::Shape::split, ClientSide::near}, 5, {0, 1});
  EXPECT_EQ(fallen.heard_by(0), (std::set<Place>{0, 1}));
  EXPECT_EQ(fallen.heard_by(4), (std::set<Place>{2, 3, 4}));
  EXPECT_EQ(fallen.heard_by(5), (std::set<Place>{0, 1}));
}

TEST(Partitions, OnewaySilencesWithoutDeafening) {
  const auto fallen = fall({Partition::Shape::oneway, ClientSide::far}, 3, {0});
  EXPECT_EQ(fallen.heard_by(0), (std::set<Place>{0, 1, 2}));
  EXPECT_EQ(fallen.heard_by(1), (std::set<Place>{1, 2}));
}

}  // namespace
}  // namespace sim
