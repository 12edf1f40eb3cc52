// The store on a thread of its own. All writes that wait at one moment become durable together (group
// commit).
#pragma once

#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/base/histogram.hpp"
#include "core/host/ports.hpp"
#include "core/store/store.hpp"
#include "net/lifeline.hpp"

namespace net {

class Disk final : public host::Disk {
 public:
  // Both are called on the event loop.
  struct Handlers {
    // This write and all before it.
    std::function<void(raft::WriteId)> durable;
    // At most once, and nothing after it: what was handed over since the last `durable` may or may not be on
    // the disk.
    std::function<void(const store::Failure&)> failed;
  };

  Disk(boost::asio::io_context& io, std::unique_ptr<store::Store> store, Handlers handlers);
  // A write under way ends; those that still wait are lost, as in a crash.
  ~Disk() override;

  void write(raft::Write write) override;
  // Waits until everything handed over is durable or has failed. Nothing is to be written after it.
  void finish();

  std::vector<lock::Metric> metrics() const;

 private:
  // Kept by the worker, read by the event loop.
  struct Counters {
    base::Histogram writes_per_sync;
    base::Histogram sync_ns;        // from the beginning of a transaction until it is durable
    base::Histogram checkpoint_ns;  // also where there was nothing to do
  };

  enum class Stop { no, when_empty, now };

  void work();
  // False: the store refuses everything from now on.
  bool commit(const std::vector<raft::Write>& writes);
  void report(const store::Failure& failure);
  void stop(Stop how);

  boost::asio::io_context& io_;
  std::unique_ptr<store::Store> store_;  // the worker's, while it lives
  Handlers handlers_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<raft::Write> waiting_;
  Stop stop_ = Stop::no;
  Counters counters_;

  Lifeline lifeline_;
  std::thread worker_;
};

}  // namespace net
