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
  std::vector<raft::Entry> entries;

  void carry_out(const raft::Write& write);
  bool holds(const raft::Entry& entry) const;
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
};

struct Envelope {
  NodeId from;
  NodeId to;
  raft::Message message;
};

}  // namespace raft_test
