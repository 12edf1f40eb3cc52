// What no correct server sends changes nothing, and never ends the one that gets it.
#include <gtest/gtest.h>

#include "core/base/check.hpp"
#include "core/raft/invariants.hpp"
#include "tests/core/raft/cluster.hpp"

namespace raft_test {
namespace {

using namespace raft;

TEST(Stranger, CannotMakeStampsFall) {
  Cluster cluster({{1, 1}, {1, 1}, {1, 1}}, 1);
  auto falls = entry(3, 1);
  falls.stamp = base::LogTime{1};
  cluster.inject(2, 1, Append{Term(1), {Index(2), Term(1)}, Index(0), {falls}});
  EXPECT_EQ(cluster.raft(1).log().last_index(), Index(2));
  EXPECT_TRUE(cluster.sent_to<AppendAccepted>(2).empty());
}

TEST(Stranger, IsNoLeaderWhereTheTermHasOne) {
  Cluster cluster(3);
  cluster.elect(1);
  for (const std::uint64_t to : {1, 2}) {
    cluster.inject(3, to, Heartbeat{Term(1), Round(1), Index(0)});
    cluster.inject(3, to, Append{Term(1), {Index(1), Term(1)}, Index(0), {entry(2, 1)}});
    EXPECT_EQ(cluster.raft(to).leader(), NodeId(1));
    EXPECT_EQ(cluster.raft(to).log().last_index(), Index(1));
  }
  EXPECT_TRUE(cluster.bag().empty());
}

class Babble {
 public:
  explicit Babble(std::uint64_t seed) : random_(seed, "babble") {}

  Message message() {
    const Term term(below(4));
    switch (below(17)) {
      case 0:
        return PreVote{term, position()};
      case 1:
        return PreVoteGranted{term};
      case 2:
        return PreVoteRefused{term};
      case 3:
        return RequestVote{term, position()};
      case 4:
        return VoteGranted{term};
      case 5:
        return VoteRefused{term};
      case 6:
        return append(term);
      case 7:
        return AppendAccepted{term, Index(below(5))};
      case 8:
        return AppendRejected{term, Index(below(5)), position()};
      case 9:
        return Heartbeat{term, Round(below(5)), Index(below(5))};
      case 10:
        return InstallSnapshot{term, meta(), below(3), below(2) == 0, base::Bytes("x")};
      case 11:
        return PieceAccepted{term, position(), below(4)};
      case 12:
        return TimeoutNow{term};
      case 13:
        return ReadIndex{term, raft::ReadId(below(4))};
      case 14:
        return ReadIndexAnswer{term, raft::ReadId(below(4)), Index(below(9))};
      default:
        return HeartbeatReply{term, Round(below(5)), Index(below(5)), Index(below(5))};
    }
  }
  std::uint64_t below(std::uint64_t bound) { return random_.below(bound); }

 private:
  raft::SnapshotMeta meta() { return {position(), base::LogTime{below(6)}, raft::bootstrap(1 + below(4))}; }
  Position position() { return {Index(below(5)), Term(below(4))}; }
  Message append(Term term) {
    Append m{term, position(), Index(below(5)), {}};
    for (auto left = below(4); left > 0; --left) {
      auto next = entry(m.previous.index.value + m.entries.size() + 1, below(4));
      next.stamp = base::LogTime{below(6)};
      m.entries.push_back(next);
    }
    return m;
  }

  base::Random random_;
};

// One who contradicts what has been committed stops the server: that is how a forgotten vote would look.
void listen(std::uint64_t seed) {
  Babble babble(seed);
  const auto voters = 1 + 2 * babble.below(3);
  Raft raft(config_of(1, voters), recovered({1, 1}, {Term(1), std::nullopt}, voters), Instant());
  Instant now;
  try {
    for (int step = 0; step < 60; ++step) {
      now = now + std::chrono::milliseconds(babble.below(20));
      if (babble.below(8) == 0) now = std::max(now, raft.deadline());
      raft.tick(now);
      raft.receive(now, NodeId(1 + babble.below(6)), babble.message());
      if (const auto piece = raft.take_piece(); piece && piece->last)
        babble.below(2) == 0 ? raft.install_snapshot() : raft.refuse_snapshot();
      if (raft.is_leader() && babble.below(2) == 0) raft.propose(now, Noop{});
      if (raft.is_leader() && babble.below(4) == 0) raft.read(now);
      const auto output = raft.flush(now);
      if (output.write) raft.durable(now, output.write->id);
      check(raft);
    }
  } catch (const base::CheckFailed& failure) {
    const std::string why = failure.what();
    const bool contradicted = why.find("agrees_with_what_is_committed") != std::string::npos ||
                              why.find("leader_keeps_its_own_log") != std::string::npos;
    ASSERT_TRUE(contradicted) << "seed " << seed << ": " << why;
  }
}

TEST(Stranger, MayBabble) {
  for (std::uint64_t seed = 1; seed <= 20'000 && !testing::Test::HasFatalFailure(); ++seed) listen(seed);
}

}  // namespace
}  // namespace raft_test
