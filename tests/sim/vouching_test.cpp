#include "sim/vouching.hpp"

#include <gtest/gtest.h>

namespace sim {
namespace {

using raft::Index;
using raft::NodeId;
using raft::Term;

raft::Entry entry(std::uint64_t index, std::uint64_t term) {
  return {{Index(index), Term(term)}, {}, raft::Noop{}};
}

raft::Recovered disk(std::uint64_t term, std::optional<NodeId> vote, std::vector<raft::Entry> entries = {}) {
  return {{Term(term), vote}, {{}, {}, raft::bootstrap(3)}, std::move(entries), {}};
}

// Server 1 of three, with two entries of term 2 in memory, on a disk to be chosen.
raft::Raft server() {
  raft::Config config;
  config.self = NodeId(1);
  return {config, disk(2, NodeId(2), {entry(1, 2), entry(2, 2)}), raft::Instant{}};
}

std::string missing(const raft::Message& message, const raft::Recovered& disk) {
  return missing_promise(message, NodeId(2), server(), disk).value_or("");
}

TEST(Vouching, WantsTheVoteOnDiskBeforeItIsGranted) {
  EXPECT_EQ(missing(raft::VoteGranted{Term(2)}, disk(2, NodeId(2))), "");
  EXPECT_EQ(missing(raft::VoteGranted{Term(2)}, disk(3, {})), "");
  EXPECT_EQ(missing(raft::VoteGranted{Term(2)}, disk(1, NodeId(2))), "term 2; the disk knows term 1");
  EXPECT_EQ(missing(raft::VoteGranted{Term(2)}, disk(2, NodeId(3))), "the vote for server 2 in term 2");
}

TEST(Vouching, WantsACandidatesVoteForItselfOnDisk) {
  EXPECT_EQ(missing(raft::RequestVote{Term(2), {}}, disk(2, NodeId(1))), "");
  EXPECT_NE(missing(raft::RequestVote{Term(2), {}}, disk(2, NodeId(2))), "");
}

TEST(Vouching, WantsAcknowledgedEntriesOnDiskAsTheyAreInTheLog) {
  const raft::AppendAccepted accepted{Term(2), Index(2)};
  EXPECT_EQ(missing(accepted, disk(2, {}, {entry(1, 2), entry(2, 2)})), "");
  EXPECT_EQ(missing(accepted, disk(2, {}, {entry(1, 2)})), "the entry at index 2");
  EXPECT_EQ(missing(accepted, disk(2, {}, {entry(1, 1), entry(2, 1)})), "the entry at index 2");
}

TEST(Vouching, LetsAHeartbeatBeAnsweredWithWhatIsDurable) {
  const auto kept = disk(2, {}, {entry(1, 2)});
  EXPECT_EQ(missing(raft::HeartbeatReply{Term(2), raft::Round(1), Index(2), Index(1)}, kept), "");
  EXPECT_NE(missing(raft::HeartbeatReply{Term(2), raft::Round(1), Index(2), Index(2)}, kept), "");
}

TEST(Vouching, TakesASnapshotForWhatItStandsFor) {
  auto kept = disk(2, {});
  kept.snapshot.at = {Index(2), Term(2)};
  EXPECT_EQ(missing(raft::AppendAccepted{Term(2), Index(2)}, kept), "");
  kept.snapshot.at = {Index(1), Term(2)};
  EXPECT_EQ(missing(raft::AppendAccepted{Term(2), Index(2)}, kept), "the entry at index 2");
}

TEST(Vouching, WantsTheTermOfWhateverElseIsSent) {
  const raft::SnapshotMeta meta{{Index(1), Term(1)}, {}, raft::bootstrap(3)};
  const std::vector<raft::Message> messages = {
      raft::InstallSnapshot{Term(2), meta, 0, true, {}}, raft::PieceAccepted{Term(2), meta.at, 1},
      raft::TimeoutNow{Term(2)}, raft::ReadIndex{Term(2), raft::ReadId(1)},
      raft::ReadIndexAnswer{Term(2), raft::ReadId(1), Index(1)}};
  for (const auto& message : messages) {
    EXPECT_EQ(missing(message, disk(2, {})), "");
    EXPECT_EQ(missing(message, disk(1, {})), "term 2; the disk knows term 1") << raft::name_of(message);
  }
}

TEST(Vouching, WantsNothingForAPreVote) {
  EXPECT_EQ(missing(raft::PreVote{Term(9), {}}, {}), "");
  EXPECT_EQ(missing(raft::PreVoteGranted{Term(9)}, {}), "");
  EXPECT_NE(missing(raft::Heartbeat{Term(2), raft::Round(1), Index(0)}, {}), "");
}

}  // namespace
}  // namespace sim
