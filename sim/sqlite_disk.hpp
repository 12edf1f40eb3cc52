// The production store, real SQLite, on the files of a simulated machine.
#pragma once

#include "sim/disk.hpp"
#include "sim/files.hpp"
#include "sim/vfs.hpp"

namespace sim {

// Beside the store stands what it was given and has acknowledged: what it finds when it is opened is held
// against that.
class SqliteDisk final : public Disk {
 public:
  explicit SqliteDisk(Made made);
  ~SqliteDisk() override;

  void end(End how) override;
  void power_cycle() override;
  bool has_power() const override { return files_->is_on(); }
  void format(const store::Identity& identity, const raft::Configuration& initial) override;
  void clear() override;
  void remove_mark() override;
  std::optional<store::Failure> refound(base::ClusterId cluster, const raft::Write& write) override;
  void rot() override { files_->rot_later(); }
  bool is_rotten() const override { return files_->is_rotten(); }

 private:
  std::optional<store::Failure> commit(const std::vector<raft::Write>& writes) override;
  std::optional<store::Failure> checkpoint() override;
  std::variant<raft::Recovered, store::Failure> open() override;
  store::Options options() const;
  void judge(const raft::Recovered& found);

  std::shared_ptr<Files> files_;
  Vfs vfs_;
  std::unique_ptr<store::Store> store_;  // while the server runs; closed before vfs_ goes
};

}  // namespace sim
