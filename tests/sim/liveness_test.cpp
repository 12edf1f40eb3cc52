#include "sim/liveness.hpp"

#include <gtest/gtest.h>
#include <set>

#include "sim/availability.hpp"

namespace sim {
namespace {

class Liveness : public ::testing::Test {
 protected:
  std::vector<Place> core(std::uint64_t voters) {
    Health health;
    health.place = [](raft::NodeId id) { return static_cast<Place>(id.value - 1); };
    health.works = [this](Place place) { return !down_.contains(place); };
    health.hears = [this](Place from, Place to) { return !cut_.contains({from, to}); };
    return connected_core(raft::bootstrap(voters), health);
  }
  void cut(Place a, Place b) {
    cut_.insert({a, b});
    cut_.insert({b, a});
  }
  using Places = std::vector<Place>;

  std::set<Place> down_;
  std::set<std::pair<Place, Place>> cut_;
};

TEST_F(Liveness, IsDemandedOfAHealthyCluster) {
  EXPECT_EQ(core(3), (Places{0, 1, 2}));
}

TEST_F(Liveness, IsDemandedOfAMajorityWhateverBecomesOfTheRest) {
  down_ = {1};
  for (const Place place : {0u, 2u, 3u}) cut(4, place);
  EXPECT_EQ(core(5), (Places{0, 2, 3}));
}

TEST_F(Liveness, IsNotDemandedWithoutAMajority) {
  down_ = {0, 1};
  EXPECT_TRUE(core(3).empty());
  EXPECT_TRUE(core(4).empty());
}

TEST_F(Liveness, NeedsLinksBothWays) {
  cut_ = {{0, 1}};
  down_ = {2};
  EXPECT_TRUE(core(3).empty());
}

TEST_F(Liveness, IsNotDemandedOfARing) {
  for (Place place = 0; place < 5; ++place) cut(place, (place + 2) % 5);
  EXPECT_TRUE(core(5).empty());
}

TEST_F(Liveness, IsNotDemandedWhereSomebodyOutsideTheMajorityCouldLead) {
  // 0, 1, 2 all see each other; 3 sees 0 and 1 and is a majority with them.
  for (const Place place : {0u, 1u, 2u, 3u}) cut(4, place);
  cut(2, 3);
  EXPECT_TRUE(core(5).empty());
  cut(1, 3);
  EXPECT_EQ(core(5), (Places{0, 1, 2}));
}

TEST(Availability, CountsSlotsInWhichSomebodyWasAnswered) {
  using namespace std::chrono_literals;
  Availability availability;
  availability.answered(50ms);
  availability.answered(1010ms);
  availability.answered(1090ms);
  availability.answered(1250ms);
  EXPECT_EQ(availability.share_ppm(1s, 2s), 200'000u);
  EXPECT_EQ(availability.share_ppm(1s, 1s), 1'000'000u);
  EXPECT_EQ(availability.share_ppm(950ms, 1190ms), 1'000'000u);
}

}  // namespace
}  // namespace sim
