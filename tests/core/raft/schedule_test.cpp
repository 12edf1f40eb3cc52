// Random schedules: any message may be late, lost or there twice, any server may stop between any two writes,
// every clock runs as it likes. Whatever happens, the judge is content after every step; once the weather
// clears, work goes on.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/core/raft/cluster.hpp"

namespace raft_test {
namespace {

// Chooses by the bits of one number, so that a failing schedule can be shrunk number by number.
class Weather {
 public:
  explicit Weather(Cluster& cluster) : cluster_(cluster) {}

  void change(std::uint32_t bits) {
    const auto kind = bits % 100;
    const auto choice = bits / 100;
    const NodeId id(1 + choice % cluster_.servers().size());
    const auto more = choice / 16;
    if (kind < 25) return deliver(more);
    if (kind < 55) return deliver(0);
    if (kind < 57) return lose(more);
    if (kind < 60) return repeat(more);
    if (kind < 79) return complete(id, more);
    if (kind < 84) return act(id, [&] { cluster_.tick(id.value); });
    if (kind < 85) return cluster_.pass(std::chrono::milliseconds(more % 100));
    if (kind < 86) return act(id, [&] { stand(id); });
    if (kind < 92) return lead(id, [&] { cluster_.propose(id.value); });
    if (kind < 93) return lead(id, [&] { cluster_.read(id.value); });
    if (kind < 94) return act(id, [&] { cluster_.crash(id, more % (cluster_.at(id).pending.size() + 1)); });
    if (kind < 97) return restart();
    if (kind < 98 && more % 4 == 0) return cluster_.isolate(id.value);
    cluster_.heal();
  }

 private:
  void act(NodeId id, const std::function<void()>& what) {
    if (cluster_.is_up(id)) what();
  }
  void lead(NodeId id, const std::function<void()>& what) {
    if (cluster_.is_up(id) && cluster_.raft(id.value).is_leader()) what();
  }
  void stand(NodeId id) {
    cluster_.pass(cluster_.at(id).config.tuning.election_max);
    cluster_.tick(id.value);
  }
  void deliver(std::size_t place) {
    if (!cluster_.bag().empty()) cluster_.deliver(place % cluster_.bag().size());
  }
  void lose(std::size_t place) {
    if (!cluster_.bag().empty()) cluster_.drop(place % cluster_.bag().size());
  }
  void repeat(std::size_t place) {
    if (!cluster_.bag().empty()) cluster_.duplicate(place % cluster_.bag().size());
  }
  void complete(NodeId id, std::size_t choice) {
    const auto pending = cluster_.at(id).pending.size();
    if (cluster_.is_up(id) && pending > 0) cluster_.complete(id, 1 + choice % pending);
  }
  void restart() {
    for (const auto& [id, server] : cluster_.servers()) {
      if (!server.raft) return cluster_.restart(id);
    }
  }

  Cluster& cluster_;
};

void clear_up(Cluster& cluster) {
  cluster.heal();
  for (const auto& [id, server] : cluster.servers()) {
    if (!server.raft) cluster.restart(id);
  }
}

bool all_committed(const Cluster& cluster, Index index) {
  for (const auto& [id, server] : cluster.servers()) {
    if (server.raft->commit() < index) return false;
  }
  return true;
}

std::vector<std::uint32_t> a_schedule(int length) {
  return *rc::gen::resize(length, rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange(0u, ~0u)));
}

void whatever_happens(std::uint64_t servers) {
  Cluster cluster(servers, *rc::gen::inRange(1u, 1000u));
  cluster.elect(1);
  Weather weather(cluster);
  for (const auto bits : a_schedule(1500)) weather.change(bits);

  clear_up(cluster);
  cluster.run(3s);
  const auto leader = cluster.leader();
  RC_ASSERT(leader.has_value());
  cluster.propose(leader->value);
  const Index proposed = cluster.at(*leader).raft->log().last_index();
  const auto read = cluster.read(leader->value);
  cluster.run(100ms);
  RC_ASSERT(all_committed(cluster, proposed));
  RC_ASSERT(cluster.at(*leader).ready.back().id == read);
}

RC_GTEST_PROP(Schedule, ThreeServersStaySafeAndRecover, ()) {
  whatever_happens(3);
}
RC_GTEST_PROP(Schedule, FourServersStaySafeAndRecover, ()) {
  whatever_happens(4);
}
RC_GTEST_PROP(Schedule, FiveServersStaySafeAndRecover, ()) {
  whatever_happens(5);
}

// What was sent stays true though the write of the same output never happens.
RC_GTEST_PROP(Schedule, ACrashAfterTheSendsAndBeforeTheWriteBreaksNoPromise, ()) {
  Cluster cluster(3);
  cluster.elect(1);
  Weather weather(cluster);
  for (const auto bits : a_schedule(1000)) {
    weather.change(bits);
    const NodeId id(1 + bits % 3);
    if (bits / 3 % 5 > 0 || !cluster.is_up(id) || cluster.at(id).pending.empty()) continue;
    cluster.crash(id);
    cluster.restart(id);
  }
  clear_up(cluster);
  cluster.run(3s);
  RC_ASSERT(cluster.leader().has_value());
}

}  // namespace
}  // namespace raft_test
