// A disk without files: a write is there whole or not at all.
#pragma once

#include "sim/disk.hpp"

namespace sim {

// At a loss of power, or the end of the process, a prefix of the unpromised writes survives.
class MemoryDisk final : public Disk {
 public:
  explicit MemoryDisk(Made made) : Disk(std::move(made)) {}

  void end(End how) override;
  void power_cycle() override;
  void format(const store::Identity& identity, const raft::Configuration& initial) override;
  void clear() override;
  void remove_mark() override { has_mark_ = false; }
  std::optional<store::Failure> refound(base::ClusterId cluster, const raft::Write& write) override;
  void rot() override;
  bool is_rotten() const override { return is_rotten_; }

 private:
  std::optional<store::Failure> commit(const std::vector<raft::Write>& writes) override;
  std::variant<raft::Recovered, store::Failure> open() override;
  bool strikes(FaultSite site, std::uint32_t ppm, bool always, const char* counter);
  bool is_full(const std::vector<raft::Write>& writes) const;
  void lose_some();

  bool has_mark_ = false;  // a write failed in this start of the machine
  bool is_rotten_ = false;
};

}  // namespace sim
