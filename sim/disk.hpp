// The disk of one simulated server: a log and a snapshot in memory that forget, at a crash, what was not
// promised to be kept.
#pragma once

#include <optional>
#include <vector>

#include "core/base/random.hpp"
#include "core/host/ports.hpp"
#include "sim/distribution.hpp"
#include "sim/queue.hpp"

namespace sim {

// One sync at a time; whatever arrives during it shares the next one.
class Disk : public host::Disk {
 public:
  Disk(Queue& queue, Place place, Distribution latency, base::Random random);

  void write(raft::Write write) override;
  // The sync under way has ended (EventKind::disk_done): everything up to the answer is durable.
  raft::WriteId done();

  // Of the writes that were not yet promised a random prefix survives, each whole: fewer or more, never one
  // without those before it. Answers how many were lost.
  std::size_t crash();
  // All that was on it is gone; a server that finds this starts here. Not while writes are under way.
  void format(raft::Recovered found);
  // What the next run of the server finds; a new run's writes are numbered from 1 again.
  raft::Recovered recover(std::uint32_t epoch);
  // What would survive a crash for certain.
  const raft::Recovered& kept() const { return kept_; }

 private:
  void start_sync();
  void keep(raft::Write write);
  void stage(raft::SnapshotPart part);
  void truncate(raft::Index from);
  void compact(raft::Index to);
  raft::Index next_index() const { return raft::Index(first_.value + kept_.entries.size()); }

  Queue& queue_;
  Place place_;
  std::uint32_t epoch_ = 0;
  Distribution latency_;
  base::Random random_;
  raft::Recovered kept_;
  raft::Index first_{1};  // where the log begins, with or without an entry there
  std::vector<base::Bytes> staged_;
  std::vector<raft::Write> syncing_;
  std::vector<raft::Write> waiting_;
};

}  // namespace sim
