#include "net/disk.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "core/base/check.hpp"
#include "net/clock.hpp"
#include "net/end_on_bug.hpp"
#include "net/metric_rows.hpp"

namespace net {

Disk::Disk(boost::asio::io_context& io, std::unique_ptr<store::Store> store, Handlers handlers)
    : io_(io), store_(std::move(store)), handlers_(std::move(handlers)) {
  worker_ = std::thread([this] { end_on_bug([this] { work(); }); });
}

Disk::~Disk() {
  stop(Stop::now);
}

void Disk::finish() {
  stop(Stop::when_empty);
}

void Disk::stop(Stop how) {
  if (!worker_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stop_ = how;
  }
  changed_.notify_one();
  worker_.join();
}

void Disk::write(raft::Write write) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    CHECK(stop_ == Stop::no);
    first = waiting_.empty();
    waiting_.push_back(std::move(write));
  }
  // With others waiting the worker is awake or has been woken.
  if (first) changed_.notify_one();
}

void Disk::work() {
  std::vector<raft::Write> writes;
  for (;;) {
    writes.clear();
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return !waiting_.empty() || stop_ != Stop::no; });
      if (waiting_.empty() || stop_ == Stop::now) return;
      std::swap(writes, waiting_);
    }
    if (!commit(writes)) return;
  }
}

namespace {

std::uint64_t nanoseconds_since(base::Instant begin) {
  return static_cast<std::uint64_t>(std::max(now() - begin, base::Duration::zero()).count());
}

}  // namespace

bool Disk::commit(const std::vector<raft::Write>& writes) {
  const auto begin = now();
  if (auto failure = store_->write(writes)) return report(*failure), false;
  const auto synced_ns = nanoseconds_since(begin);
  boost::asio::post(io_, lifeline_.guard([this, last = writes.back().id] { handlers_.durable(last); }));
  // Behind the acknowledgement, so that nobody waits for it but writes that have yet to come.
  const auto checkpoint_begin = now();
  if (auto failure = store_->checkpoint()) return report(*failure), false;
  const std::lock_guard lock(mutex_);
  counters_.writes_per_sync.add(writes.size());
  counters_.sync_ns.add(synced_ns);
  counters_.checkpoint_ns.add(nanoseconds_since(checkpoint_begin));
  return true;
}

std::vector<lock::Metric> Disk::metrics() const {
  const std::lock_guard lock(mutex_);
  return {
      gauge("lockd_disk_waiting_writes", "Writes that the disk has not begun", waiting_.size()),
      histogram("lockd_disk_sync_writes", "Writes that became durable together", counters_.writes_per_sync),
      histogram("lockd_disk_sync_nanoseconds", "A transaction, until it is durable", counters_.sync_ns),
      histogram("lockd_disk_checkpoint_nanoseconds", "Work behind a transaction that nobody waits for",
                counters_.checkpoint_ns),
  };
}

void Disk::report(const store::Failure& failure) {
  boost::asio::post(io_, lifeline_.guard([this, failure] { handlers_.failed(failure); }));
}

}  // namespace net
