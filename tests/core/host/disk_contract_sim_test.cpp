// The disk of simulated servers under the contract.
#include <utility>

#include "sim/disk.hpp"
#include "tests/core/host/disk_contract.hpp"

namespace disk_contract {
namespace {

constexpr sim::Place kServer = 0;

class SimDisk final : public DiskUnderTest {
 public:
  void write(raft::Write write) override { disk_.write(std::move(write)); }

  void settle() override {
    while (!queue_.empty()) {
      const auto event = queue_.pop();
      if (event.epoch == epoch_) acknowledged_.push_back(disk_.done());
    }
  }

  std::vector<raft::WriteId> acknowledged() const override { return acknowledged_; }

  raft::Recovered crash_and_recover() override {
    acknowledged_.clear();
    disk_.crash();
    return disk_.recover(++epoch_);
  }

 private:
  sim::Queue queue_;
  std::uint32_t epoch_ = 0;
  sim::Disk disk_{queue_, kServer, sim::Distribution::uniform(1'000, 1'000'000), base::Random(1)};
  std::vector<raft::WriteId> acknowledged_;
};

INSTANTIATE_TEST_SUITE_P(Sim, DiskContract,
                         testing::Values(Implementation{"sim", [] { return std::make_unique<SimDisk>(); }}),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace disk_contract
