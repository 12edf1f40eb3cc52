// The disk of real servers under the contract.
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "net/disk.hpp"
#include "tests/core/host/disk_contract.hpp"

namespace disk_contract {
namespace {

using StoreOrFailure = std::variant<std::unique_ptr<store::Store>, store::Failure>;

std::unique_ptr<store::Store> must(StoreOrFailure opened) {
  if (const auto* failure = std::get_if<store::Failure>(&opened)) throw std::runtime_error(failure->message);
  return std::get<std::unique_ptr<store::Store>>(std::move(opened));
}

class NetDisk final : public DiskUnderTest {
 public:
  NetDisk() {
    std::string pattern = (std::filesystem::temp_directory_path() / "lockd-disk-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = pattern;
    start(must(store::Store::create(
        folder_, {.cluster = base::ClusterId(1), .node = base::NodeId(1), .address = "a:1"},
        raft::bootstrap(1))));
  }
  ~NetDisk() override {
    disk_.reset();
    std::filesystem::remove_all(folder_);
  }

  void write(raft::Write write) override {
    last_ = write.id;
    disk_->write(std::move(write));
  }

  void settle() override {
    using namespace std::chrono_literals;
    while (last_ && (acknowledged_.empty() || acknowledged_.back() != last_)) {
      if (io_.run_one_for(20s) == 0) throw std::runtime_error("the disk does not answer");
    }
  }

  std::vector<raft::WriteId> acknowledged() const override { return acknowledged_; }

  raft::Recovered crash_and_recover() override {
    disk_.reset();
    auto store = must(store::Store::open(folder_));
    auto recovered = store->recover();
    start(std::move(store));
    return recovered;
  }

 private:
  void start(std::unique_ptr<store::Store> store) {
    last_ = {};
    acknowledged_.clear();
    disk_ = std::make_unique<net::Disk>(
        io_, std::move(store),
        net::Disk::Handlers{
            .durable = [this](raft::WriteId id) { acknowledged_.push_back(id); },
            .failed = [](const store::Failure& failure) { throw std::runtime_error(failure.message); },
        });
  }

  std::string folder_;
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  raft::WriteId last_;
  std::vector<raft::WriteId> acknowledged_;
  std::unique_ptr<net::Disk> disk_;
};

INSTANTIATE_TEST_SUITE_P(Net, DiskContract,
                         testing::Values(Implementation{"net", [] { return std::make_unique<NetDisk>(); }}),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace disk_contract
