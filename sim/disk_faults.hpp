// How disks fail: what a scenario says of all of them, and what lies on one at the moment.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/distribution.hpp"

namespace sim {

// What a disk is made of; `cluster.store` of a scenario.
enum class StoreKind { memory, sqlite };

// Rates are in parts per million.
struct DiskFaults {
  Distribution latency_ns = Distribution::lognormal(500'000, 5'000'000);
  // Of what a loss of power finds unsynced: how often a write is lost whole, and torn by sectors.
  std::uint32_t lost = 500'000;
  std::uint32_t torn = 250'000;
  // A call.
  std::uint32_t read_error = 0;
  std::uint32_t write_error = 0;
  std::uint32_t sync_error = 0;
  std::uint32_t power_cut = 0;
  // What was synced, once something else has been synced behind it.
  std::uint32_t rot = 0;
  // Bytes on each disk; none: room without end.
  std::optional<std::uint64_t> full_at;
  // Whether rot stays within what the cluster can mend.
  bool recoverable = true;

  // Disks fail no more; what has happened has.
  void calm() {
    read_error = write_error = sync_error = power_cut = rot = 0;
    full_at.reset();
  }
};

// What actions of the timeline have laid on one disk: each counts those in force.
struct DiskTroubles {
  std::uint32_t slow = 0;
  std::uint32_t full = 0;
  std::uint32_t fail_reads = 0;
  std::uint32_t fail_writes = 0;
  std::uint32_t fail_syncs = 0;
  std::uint32_t torn = 0;  // everything unsynced is
  std::uint32_t lost = 0;
};

}  // namespace sim
