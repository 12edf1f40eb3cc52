#include "sim/faults.hpp"

#include <gtest/gtest.h>
#include <set>

namespace sim {
namespace {

using namespace std::chrono_literals;

constexpr Place kServers = 5;

// Machines that only remember what was done to them.
class Machines : public Stage {
 public:
  std::uint32_t machines() const override { return kServers; }
  std::uint32_t clients() const override { return 1; }
  // The operator's machine is the last.
  std::uint32_t places() const override { return kServers + 2; }
  std::vector<Place> inhabited() const override {
    std::vector<Place> all = {0, 1, 2, 3, 4};
    std::erase_if(all, [&](Place place) { return empty.contains(place); });
    return all;
  }
  std::vector<Place> voters() const override { return inhabited(); }
  std::vector<Place> learners() const override { return {}; }
  bool is_up(Place place) const override { return !down.contains(place); }
  std::optional<Place> leader() const override { return Place{0}; }
  std::optional<Place> old_leader() const override { return std::nullopt; }
  std::optional<Place> holder(const std::string&) const override { return std::nullopt; }
  void crash(Place place) override { down.insert(place); }
  void kill(Place place) override { down.insert(place); }
  void restart(Place place) override {
    if (!buried.contains(place)) down.erase(place);
  }
  void pause(Place place) override { stopped.insert(place); }
  void resume(Place place) override { stopped.erase(place); }
  void jump(Place, Duration) override { ++jumps; }
  void bury(Place place) override { buried.insert(place); }
  void overload(Duration) override { ++overloads; }
  void overload_ends() override { --overloads; }
  bool wipe(Place) override { return false; }
  DiskTroubles& disk_troubles(Place) override { return troubles; }
  bool rot(Place) override { return ++rots < 2; }
  bool recover() override { return ++recoveries < 2; }
  void order(Order) override {}
  std::size_t operations_in_flight() const override { return in_flight; }
  void tell(const std::string&) override {}

  std::set<Place> down, stopped, buried, empty;
  int jumps = 0;
  int overloads = 0;
  std::size_t in_flight = 0;
  int rots = 0;
  int recoveries = 0;
  DiskTroubles troubles;
};

class FaultsTest : public ::testing::Test {
 protected:
  // One step of a timeline, as a scenario writes it.
  void step(const std::string& text) {
    const auto scenario = parse_scenario(
        R"({"raftsim": 1, "name": "x", "workload": [{"program": "locks"}], "checks": [],
            "cluster": {"servers": 5, "clients": 1}, "timeline": [)" +
            text + "]}",
        "s.json");
    ASSERT_TRUE(scenario.ok()) << scenario.error();
    timeline_.insert(timeline_.end(), scenario->timeline.begin(), scenario->timeline.end());
  }
  Faults& faults() {
    if (!faults_) {
      faults_.emplace(timeline_, queue_, network_, coverage_, machines_, tape_.stream("faults"));
      faults_->start();
    }
    return *faults_;
  }
  void run_until(Time time) {
    while (!queue_.empty() && queue_.next() <= time) {
      const auto event = queue_.pop();
      if (event.kind == EventKind::timeline)
        faults().on_timeline(event.id | std::uint64_t{event.detail} << 32);
      if (event.kind == EventKind::fault_ends) faults().on_fault_end(event.id);
    }
  }
  std::size_t cut_off() const {
    std::size_t count = 0;
    for (Place place = 0; place < kServers; ++place)
      count +=
          network_.is_cut(place, (place + 1) % kServers) && network_.is_cut((place + 1) % kServers, place)
              ? 1
              : 0;
    return count;
  }

  Queue queue_;
  Coverage coverage_;
  Tape tape_{1};
  Machines machines_;
  Network network_{queue_, coverage_, {}, kServers + 2, kServers, tape_};
  std::vector<Step> timeline_;
  std::optional<Faults> faults_;
};

TEST_F(FaultsTest, OnePartitionHealsWhileAnotherBegins) {
  step(R"({"at": "1s", "do": "partition", "shape": "isolate", "select": "server:1", "for": "2s"})");
  step(R"({"at": "2s", "do": "partition", "shape": "isolate", "select": "server:2", "for": "2s"})");
  faults();
  run_until(1500ms);
  EXPECT_TRUE(network_.is_cut(0, 2));
  EXPECT_FALSE(network_.is_cut(1, 2));
  run_until(2500ms);
  EXPECT_TRUE(network_.is_cut(0, 2) && network_.is_cut(1, 2) && network_.is_cut(0, 1));
  run_until(3500ms);
  EXPECT_FALSE(network_.is_cut(0, 2));
  EXPECT_TRUE(network_.is_cut(1, 2) && network_.is_cut(0, 1));
  run_until(4500ms);
  EXPECT_FALSE(network_.is_cut(0, 1) || network_.is_cut(1, 2));
}

TEST_F(FaultsTest, AMessageHasASenderAndSomebodyItIsFor) {
  step(R"({"when": {"event": "piece_sent"}, "do": "crash", "select": "event.peer"})");
  step(R"({"when": {"event": "piece_sent", "nth": 2}, "do": "pause", "select": "event.node", "for": "9s"})");
  faults().happened({"piece_sent", Place{1}, {}, "", "", "", Place{4}});
  run_until(0s);
  EXPECT_EQ(machines_.down, std::set<Place>{4});
  faults().happened({"piece_sent", Place{1}, {}, "", "", "", std::nullopt});
  run_until(0s);
  EXPECT_EQ(machines_.stopped, std::set<Place>{1});
}

TEST_F(FaultsTest, ASwizzleCutsOffOneAfterTheOtherAndHealsThemAll) {
  step(R"({"at": "1s", "do": "partition", "shape": "swizzle", "select": "all", "for": "10s"})");
  faults();
  run_until(1s);
  EXPECT_EQ(cut_off(), 2u) << "one server has lost its two neighbours";
  run_until(5500ms);
  EXPECT_EQ(cut_off(), kServers);
  run_until(10900ms);
  EXPECT_EQ(cut_off(), 2u);
  run_until(11s);
  EXPECT_EQ(cut_off(), 0u);
}

TEST_F(FaultsTest, HealingASwizzleKeepsItFromGoingOn) {
  step(R"({"at": "1s", "do": "partition", "shape": "swizzle", "select": "all", "for": "10s"})");
  step(R"({"at": "2500ms", "do": "heal"})");
  faults();
  run_until(2500ms);
  EXPECT_EQ(cut_off(), 0u);
  run_until(20s);
  EXPECT_EQ(cut_off(), 0u);
}

TEST_F(FaultsTest, WhatIsNeverHealedOutlivesTheTimeline) {
  step(R"({"at": "1s", "do": "partition", "shape": "isolate", "select": "server:1", "heal": "never"})");
  step(R"({"at": "1s", "do": "crash", "select": "server:2", "heal": "never"})");
  step(R"({"at": "1s", "do": "crash", "select": "server:3"})");
  step(R"({"at": "1s", "do": "suspend", "select": "server:4", "for": "1h"})");
  step(R"({"at": "2s", "do": "heal"})");
  faults();
  run_until(1s);
  EXPECT_EQ(machines_.stopped, std::set<Place>{3});
  EXPECT_TRUE(network_.is_cut(4, 3) && network_.is_cut(3, 4));
  run_until(2s);
  faults().finish();
  EXPECT_TRUE(network_.is_cut(0, 2));
  EXPECT_EQ(machines_.down, std::set<Place>{1});
  EXPECT_TRUE(machines_.stopped.empty());
  EXPECT_FALSE(network_.is_cut(4, 3));
}

TEST_F(FaultsTest, AWallClockJumpsWithoutAnythingNoticing) {
  step(R"({"at": "1s", "do": "clock_jump", "select": "all", "by": "-1h"})");
  step(R"({"at": "2s", "do": "clock_jump", "select": "one", "by": "1s", "of": "monotonic"})");
  faults();
  run_until(3s);
  EXPECT_EQ(machines_.jumps, 1);
  EXPECT_EQ(coverage_["wall_clock_jumps"], kServers);
  EXPECT_EQ(coverage_["monotonic_clock_jumps"], 1u);
}

TEST_F(FaultsTest, AnOverloadEnds) {
  step(R"({"at": "1s", "do": "overload", "rate": "10/s", "for": "1s"})");
  faults();
  run_until(1500ms);
  EXPECT_EQ(machines_.overloads, 1);
  run_until(3s);
  EXPECT_EQ(machines_.overloads, 0);
}

TEST_F(FaultsTest, OperationsInFlightCountWhereAFaultStrikes) {
  machines_.in_flight = 3;
  step(R"({"at": "1s", "do": "wipe", "select": "server:1"})");
  step(R"({"at": "1s", "do": "reset_connections", "select": "server:1"})");
  step(R"({"at": "1s", "do": "crash", "select": "server:2", "for": "5s"})");
  step(R"({"at": "2s", "do": "crash", "select": "server:2", "for": "1s"})");
  step(R"({"at": "3s", "do": "disk", "how": "rot", "select": "server:3"})");
  step(R"({"at": "4s", "do": "disk", "how": "rot", "select": "server:3"})");
  faults();
  run_until(1500ms);
  EXPECT_EQ(coverage_["ops_in_flight_at_fault"], 3u) << "the wipe is refused, no connection stands";
  run_until(4500ms);
  EXPECT_EQ(coverage_["ops_in_flight_at_fault"], 6u) << "it is down already; the second rot is refused";
  EXPECT_EQ(faults().idle(), (std::vector<std::size_t>{0, 1, 3, 5}));
}

TEST_F(FaultsTest, NothingReachesAMachineThatSleepsButWhatIsOnlyStoppedTheOperatorReaches) {
  step(R"({"at": "1s", "do": "suspend", "select": "server:1", "for": "2s"})");
  step(R"({"at": "1s", "do": "pause", "select": "server:2", "for": "2s"})");
  faults();
  run_until(1500ms);
  constexpr Place kOperator = kServers + 1;
  EXPECT_TRUE(network_.is_cut(0, kOperator) && network_.is_cut(kOperator, 0));
  EXPECT_FALSE(network_.is_cut(1, kOperator));
  EXPECT_EQ(machines_.stopped, (std::set<Place>{0, 1}));
  run_until(3500ms);
  EXPECT_FALSE(network_.is_cut(0, kOperator) || network_.is_cut(kOperator, 0));
  EXPECT_TRUE(machines_.stopped.empty());
}

TEST_F(FaultsTest, WhoeverLivesNowhereIsNotStruck) {
  machines_.in_flight = 1;
  step(R"({"at": "1s", "do": "pause", "select": "server:5", "for": "2s"})");
  faults();
  machines_.empty.insert(4);
  run_until(1500ms);
  EXPECT_TRUE(machines_.stopped.empty());
  EXPECT_EQ(faults().idle(), (std::vector<std::size_t>{0}));
}

}  // namespace
}  // namespace sim
