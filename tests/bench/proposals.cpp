// Three rafts that pass their messages on by hand: what consensus costs a proposal. A write is durable at
// once.
#include <utility>

#include "core/base/check.hpp"
#include "core/raft/raft.hpp"
#include "tests/bench/core_bench.hpp"

namespace bench {
namespace {

constexpr std::size_t kServers = 3;
constexpr std::uint64_t kCompactAfter = 50'000, kKept = 1'000;

class Cluster {
 public:
  Cluster() {
    for (std::uint64_t id = 1; id <= kServers; ++id) {
      raft::Config config;
      config.self = raft::NodeId(id);
      config.seed = id;
      raft::Recovered recovered;
      recovered.snapshot.configuration = raft::bootstrap(kServers);
      rafts_.emplace_back(config, recovered, base::Instant());
    }
    now_ = rafts_[0].deadline();
    rafts_[0].tick(now_);
    drain();
    CHECK(rafts_[0].is_leader());
  }

  void propose(const base::Bytes& payload) { rafts_[0].propose(now_, raft::Command{payload}); }

  // Until nobody has anything to say. Answers how many commands each server has committed at least.
  std::uint64_t drain() {
    for (bool again = true; std::exchange(again, false);) {
      for (std::size_t i = 0; i < kServers; ++i) again |= turn(i);
    }
    std::uint64_t least = committed_[0];
    for (const auto committed : committed_) least = std::min(least, committed);
    return least;
  }

  // Followers learn a commit with the leader's next message: the heartbeat that is due.
  std::uint64_t settle() {
    drain();
    now_ = rafts_[0].deadline();
    rafts_[0].tick(now_);
    return drain();
  }

  void keep_short() {
    for (auto& raft : rafts_) {
      if (raft.commit().value < raft.log().snapshot().at.index.value + kCompactAfter) continue;
      raft.save_last_piece(0, base::Bytes(), raft.commit(), raft::Index(raft.commit().value - kKept));
    }
  }

 private:
  bool turn(std::size_t i) {
    auto& raft = rafts_[i];
    auto output = raft.flush(now_);
    const bool wrote = output.write.has_value();
    if (wrote) raft.durable(now_, output.write->id);
    for (; applied_[i] < raft.commit(); applied_[i] = applied_[i].next()) {
      const auto& entry = raft.log().at(applied_[i].next());
      committed_[i] += std::holds_alternative<raft::Command>(entry.payload) ? 1 : 0;
    }
    for (const auto& send : output.sends)
      rafts_[send.to.value - 1].receive(now_, raft::NodeId(i + 1), send.message);
    return wrote || !output.sends.empty();
  }

  base::Instant now_;
  std::vector<raft::Raft> rafts_;
  raft::Index applied_[kServers];
  std::uint64_t committed_[kServers] = {};
};

}  // namespace

double proposals(std::uint64_t batch, std::int64_t for_ns) {
  Cluster cluster;
  const base::Bytes payload(std::string(128, '\0'));
  std::uint64_t proposed = 0, committed = 0;
  const auto begin = wall_ns();
  std::int64_t passed = 0;
  for (std::uint64_t round = 0; passed < for_ns; ++round) {
    for (std::uint64_t i = 0; i < batch; ++i) cluster.propose(payload);
    proposed += batch;
    committed = cluster.settle();
    cluster.keep_short();
    CHECK(committed == proposed);
    if (round % 64 == 0) passed = wall_ns() - begin;
  }
  passed = wall_ns() - begin;
  return static_cast<double>(passed) / static_cast<double>(proposed);
}

}  // namespace bench
