// The disk of simulated servers under the contract.
#include <utility>

#include "sim/disk.hpp"
#include "tests/core/host/disk_contract.hpp"

namespace disk_contract {
namespace {

constexpr sim::Place kServer = 0;

class SimDisk final : public DiskUnderTest {
 public:
  explicit SimDisk(sim::StoreKind kind)
      : disk_(sim::make_disk(kind, {kServer, queue_, coverage_, faults_, tape_.stream("disk")})) {
    disk_->format({base::ClusterId(1), base::NodeId(1), "a:1"}, raft::bootstrap(1));
    (void)disk_->recover(epoch_);
  }

  void write(raft::Write write) override { disk_->write(std::move(write)); }

  void settle() override {
    while (!queue_.empty()) {
      const auto event = queue_.pop();
      if (event.epoch == epoch_) acknowledged_.push_back(disk_->done().durable.value());
    }
  }

  std::vector<raft::WriteId> acknowledged() const override { return acknowledged_; }

  raft::Recovered crash_and_recover() override {
    acknowledged_.clear();
    disk_->end(sim::Disk::End::power_lost);
    return std::get<raft::Recovered>(disk_->recover(++epoch_));
  }

 private:
  sim::Queue queue_;
  std::uint32_t epoch_ = 0;
  sim::Tape tape_{1};
  sim::Coverage coverage_;
  sim::DiskFaults faults_;
  std::unique_ptr<sim::Disk> disk_;
  std::vector<raft::WriteId> acknowledged_;
};

INSTANTIATE_TEST_SUITE_P(
    Sim, DiskContract,
    testing::Values(
        Implementation{"sim_memory", [] { return std::make_unique<SimDisk>(sim::StoreKind::memory); }},
        Implementation{"sim_sqlite", [] { return std::make_unique<SimDisk>(sim::StoreKind::sqlite); }}),
    [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace disk_contract
