// Who votes, what is a majority, what a change makes of a configuration: Raft §6, Ongaro ch. 4.
#include "core/raft/configuration.hpp"
#include "core/raft/quorum.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <initializer_list>

namespace raft {
namespace {

bool agree(const Configuration& configuration, std::initializer_list<std::uint64_t> who) {
  return is_quorum(configuration,
                   [&](NodeId id) { return std::find(who.begin(), who.end(), id.value) != who.end(); });
}

Configuration after(const Configuration& from, const Change& change) {
  auto to = changed(from, change);
  EXPECT_TRUE(to.ok());
  return to.value();
}

// Three voters, and two learners.
Configuration three_and_two() {
  return after(bootstrap(3), {.add = {Member{}, Member{}}, .promote = {}, .remove = {}, .priorities = {}});
}

TEST(Configuration, HalfIsNoMajority) {
  EXPECT_FALSE(agree(bootstrap(4), {1, 2}));
  EXPECT_TRUE(agree(bootstrap(4), {1, 2, 3}));
  EXPECT_TRUE(agree(bootstrap(3), {1, 3}));
  EXPECT_FALSE(agree(bootstrap(3), {}));
}

TEST(Configuration, NobodyIsNoMajorityOfNobody) {
  EXPECT_FALSE(agree(Configuration{}, {1}));
}

TEST(Configuration, ALearnerCountsForNothing) {
  EXPECT_FALSE(agree(three_and_two(), {1, 4, 5}));
  EXPECT_TRUE(agree(three_and_two(), {1, 2}));
}

TEST(Configuration, AJointOneNeedsBothMajorities) {
  const auto joint = after(
      three_and_two(),
      {.add = {}, .promote = {NodeId(4), NodeId(5)}, .remove = {NodeId(2), NodeId(3)}, .priorities = {}});
  ASSERT_TRUE(joint.is_joint());
  EXPECT_EQ(joint.voters(), 3u);
  EXPECT_FALSE(agree(joint, {1, 4, 5}));  // the new majority alone
  EXPECT_FALSE(agree(joint, {1, 2, 3}));  // the former alone
  EXPECT_FALSE(agree(joint, {2, 3, 4}));
  EXPECT_TRUE(agree(joint, {1, 2, 4}));
  EXPECT_TRUE(agree(joint, {2, 3, 4, 5}));
}

TEST(Configuration, SettlesWithoutWhoHasLeft) {
  const auto joint =
      after(three_and_two(), {.add = {}, .promote = {NodeId(4)}, .remove = {NodeId(2)}, .priorities = {}});
  const auto settled_one = settled(joint);
  EXPECT_FALSE(settled_one.is_joint());
  EXPECT_EQ(settled_one.find(NodeId(2)), nullptr);
  EXPECT_TRUE(settled_one.is_voter(NodeId(4)));
  EXPECT_FALSE(settled_one.is_voter(NodeId(5)));
  EXPECT_TRUE(is_sound(joint) && is_sound(settled_one));
}

TEST(Configuration, IsPlainWhereNoVoteChanges) {
  EXPECT_FALSE(three_and_two().is_joint());
  const auto without =
      after(three_and_two(), {.add = {}, .promote = {}, .remove = {NodeId(5)}, .priorities = {}});
  EXPECT_FALSE(without.is_joint());
  EXPECT_EQ(without.find(NodeId(5)), nullptr);
  const auto behind = after(
      bootstrap(3), {.add = {}, .promote = {}, .remove = {}, .priorities = {{NodeId(3), std::uint8_t{0}}}});
  EXPECT_FALSE(behind.is_joint());
  EXPECT_EQ(behind.find(NodeId(3))->priority, 0);
}

TEST(Configuration, NeverGivesAnIdTwice) {
  const auto without =
      after(three_and_two(), {.add = {}, .promote = {}, .remove = {NodeId(5)}, .priorities = {}});
  const auto again = after(without, {.add = {Member{}}, .promote = {}, .remove = {}, .priorities = {}});
  EXPECT_EQ(again.find(NodeId(5)), nullptr);
  EXPECT_NE(again.find(NodeId(6)), nullptr);
}

TEST(Configuration, RefusesWhatNoClusterCanBe) {
  const auto three = bootstrap(3);
  EXPECT_FALSE(changed(three, {.add = {}, .promote = {NodeId(7)}, .remove = {}, .priorities = {}}).ok());
  EXPECT_FALSE(changed(three, {.add = {}, .promote = {}, .remove = {NodeId(7)}, .priorities = {}}).ok());
  const std::vector<NodeId> all = {NodeId(1), NodeId(2), NodeId(3)};
  EXPECT_FALSE(changed(three, {.add = {}, .promote = {}, .remove = all, .priorities = {}}).ok());
  EXPECT_FALSE(
      changed(bootstrap(9), {.add = {Member{}}, .promote = {}, .remove = {}, .priorities = {}}).ok());
}

TEST(Configuration, ReachedByQuorumIsTheSmallerOfBothMajorities) {
  const auto joint = after(
      three_and_two(),
      {.add = {}, .promote = {NodeId(4), NodeId(5)}, .remove = {NodeId(2), NodeId(3)}, .priorities = {}});
  const std::uint64_t reached[] = {0, 9, 7, 3, 5, 4};  // by id
  // Of 1 2 3: 9 7 3, so 7. Of 1 4 5: 9 5 4, so 5.
  EXPECT_EQ(reached_by_quorum(joint, [&](NodeId id) { return reached[id.value]; }), 5u);
}

}  // namespace
}  // namespace raft
