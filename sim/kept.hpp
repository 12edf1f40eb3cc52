// A server's log and snapshot, as writes make them.
#pragma once

#include <vector>

#include "core/raft/types.hpp"

namespace sim {

class Kept {
 public:
  Kept() = default;
  explicit Kept(raft::Recovered found);

  // Its fields in the order that raft::Write promises. CHECKs that it fits what is there.
  void carry_out(const raft::Write& write);
  const raft::Recovered& all() const { return all_; }
  // Of entries and pieces.
  std::uint64_t bytes() const { return bytes_; }
  // Of a snapshot that isn't complete.
  void drop_staged();

 private:
  void stage(const raft::SnapshotPart& part);
  void truncate(raft::Index from);
  void compact(raft::Index to);
  raft::Index next_index() const { return raft::Index(first_.value + all_.entries.size()); }

  raft::Recovered all_;
  raft::Index first_{1};  // where the log begins, with or without an entry there
  std::vector<base::Bytes> staged_;
  std::uint64_t bytes_ = 0;
};

// About what it takes on a disk.
std::uint64_t bytes_of(const raft::Entry& entry);

bool is_same(const raft::Recovered& a, const raft::Recovered& b);

}  // namespace sim
