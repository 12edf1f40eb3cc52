// One server of a test cluster: Raft, its clock, and a disk that shows what a crash would leave.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "core/raft/invariants.hpp"
#include "core/raft/raft.hpp"

namespace raft_test {

using base::Duration;
using base::Instant;
using base::NodeId;
using raft::Index;
using raft::Term;

struct Disk {
  raft::HardState hard;
  raft::SnapshotMeta snapshot;
  std::vector<base::Bytes> pieces;
  std::vector<base::Bytes> staged;
  Index first{1};
  std::vector<raft::Entry> entries;  // from `first` on

  explicit Disk(const raft::Recovered& found = {});
  void carry_out(const raft::Write& write);
  // It is here, or stands behind the snapshot.
  bool holds(const raft::Entry& entry) const;
  raft::Recovered recover() const { return {hard, snapshot, entries, pieces}; }
  Index last() const { return Index(first.value + entries.size() - 1); }
};

struct Server {
  raft::Config config;
  std::optional<raft::Raft> raft;  // nothing while it is down
  Instant now;
  Disk disk;
  std::deque<raft::Write> pending;      // handed to the disk, not yet done
  raft::Vitals vitals;                  // as last seen
  std::map<raft::ReadId, Index> reads;  // under way, each with the least index it may be answered at
  std::vector<raft::ReadReady> ready;
  std::vector<raft::ReadId> failed;
  std::vector<base::Bytes> arriving;  // pieces of a snapshot
};

struct Envelope {
  NodeId from;
  NodeId to;
  raft::Message message;
};

// What a state as of `meta` looks like: some pieces that follow from it.
std::vector<base::Bytes> pieces_of(const raft::SnapshotMeta& meta);

}  // namespace raft_test
