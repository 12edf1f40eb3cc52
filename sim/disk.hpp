// The disk of one simulated server: syncs that take their time, and forget at a crash what was not promised
// to be kept. Two kinds: in memory, and the production store on simulated files.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/host/ports.hpp"
#include "core/store/store.hpp"
#include "sim/coverage.hpp"
#include "sim/disk_faults.hpp"
#include "sim/draws.hpp"
#include "sim/kept.hpp"
#include "sim/queue.hpp"

namespace sim {

// One sync at a time; whatever arrives during it shares the next one.
class Disk : public host::Disk {
 public:
  struct Made {
    Place place;
    Queue& queue;
    Coverage& coverage;
    const DiskFaults& faults;
    Draws& draws;
    std::function<bool()> may_rot = {};  // unset: always
    std::function<void()> rotted = {};   // is told whenever it does
  };
  // How a server ends.
  enum class End {
    power_lost,  // what was not promised is kept, lost or torn
    killed,      // what it has written stays
    failed,      // by itself, because its disk had failed
  };
  struct Done {
    std::optional<raft::WriteId> durable;   // everything up to it
    std::optional<store::Failure> failure;  // nothing follows; the server is to end
  };

  explicit Disk(Made made);

  void write(raft::Write write) override;
  // The sync under way has ended (EventKind::disk_done).
  Done done();

  // The server that wrote here has ended.
  virtual void end(End how) = 0;
  // With no server at work: the machine stops and starts again.
  virtual void power_cycle() = 0;
  // Gone in the middle of a call; until power_cycle() everything fails.
  virtual bool has_power() const { return true; }
  // Makes a new server's; what was there is gone. `initial` has no members where it joins a cluster.
  virtual void format(const store::Identity& identity, const raft::Configuration& initial) = 0;
  // All is gone.
  virtual void clear() = 0;
  // What the next run of the server finds, or why it must not start; a new run's writes are numbered from 1
  // again.
  std::variant<raft::Recovered, store::Failure> recover(std::uint32_t epoch);
  // What is wrong with what recover() found last, judged by what was written.
  const std::optional<std::string>& flaw() const { return flaw_; }
  // The operator knows that the machine has restarted since.
  virtual void remove_mark() = 0;
  // lockd recover: the store becomes another cluster's by one more write. With no server at work.
  virtual std::optional<store::Failure> refound(base::ClusterId cluster, const raft::Write& write) = 0;

  // What would survive a crash for certain.
  const raft::Recovered& kept() const { return kept_.all(); }
  // How many writes wait, the ones being synced among them.
  std::size_t unsynced() const { return syncing_.size() + waiting_.size(); }

  DiskTroubles& troubles() { return troubles_; }
  // Something that was kept can't be read any more, at the latest once the power has been away.
  virtual void rot() = 0;
  virtual bool is_rotten() const = 0;

 protected:
  // Makes them durable, all or none.
  virtual std::optional<store::Failure> commit(const std::vector<raft::Write>& writes) = 0;
  // What nobody waits for.
  virtual std::optional<store::Failure> checkpoint() { return std::nullopt; }
  virtual std::variant<raft::Recovered, store::Failure> open() = 0;

  // Of `maybe_`, so many were found; the rest is lost.
  void settle(std::size_t found);

  Made made_;
  Kept kept_;
  DiskTroubles troubles_;
  std::vector<raft::Write> syncing_;
  std::vector<raft::Write> waiting_;
  std::vector<raft::Write> maybe_;  // of a run that has ended: written perhaps, never promised
  std::optional<std::string> flaw_;

 private:
  void start_sync();

  std::uint32_t epoch_ = 0;
};

std::unique_ptr<Disk> make_disk(StoreKind kind, Disk::Made made);

}  // namespace sim
