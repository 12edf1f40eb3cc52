// The parts of one Output may be carried out in any order: here they are, in every order, with a crash after
// every prefix.
#include <algorithm>
#include <gtest/gtest.h>
#include <numeric>

#include "tests/core/raft/storm.hpp"

namespace raft_test {
namespace {

// What happens next to a server, told so that it can happen to many copies of the cluster.
struct Next {
  NodeId id;
  std::function<raft::Output(Cluster&)> happen;
};

Next arrival(Cluster& cluster, std::size_t place) {
  const auto envelope = cluster.bag().at(place);
  return {envelope.to, [=](Cluster& c) {
            c.drop(place);
            return c.think(envelope.to, [&](raft::Raft& raft, Instant now) {
              raft.receive(now, envelope.from, envelope.message);
            });
          }};
}

Next write_done(NodeId id) {
  return {id, [=](Cluster& c) {
            auto& server = c.at(id);
            const auto write = server.pending.front();
            server.disk.carry_out(write);
            server.pending.pop_front();
            return c.think(id, [&](raft::Raft& raft, Instant now) { raft.durable(now, write.id); });
          }};
}

Next deadline(NodeId id) {
  return {id, [=](Cluster& c) {
            auto& server = c.at(id);
            server.now = std::max(server.now, server.raft->deadline());
            return c.think(id, [](raft::Raft& raft, Instant now) { raft.tick(now); });
          }};
}

Next proposal(NodeId id) {
  return {id, [=](Cluster& c) {
            return c.think(id, [](raft::Raft& raft, Instant now) { raft.propose(now, raft::Noop{}); });
          }};
}

std::vector<Next> all_that_may_happen(Cluster& cluster) {
  std::vector<Next> events;
  for (std::size_t i = 0; i < cluster.bag().size(); ++i) {
    if (cluster.is_up(cluster.bag()[i].to)) events.push_back(arrival(cluster, i));
  }
  for (const auto& [id, server] : cluster.servers()) {
    if (!server.raft) continue;
    if (!server.pending.empty()) events.push_back(write_done(id));
    events.push_back(deadline(id));
    if (server.raft->is_leader()) events.push_back(proposal(id));
  }
  return events;
}

// It is on the disk before anything else happens, though nobody has been told.
void write_at_once(Cluster& cluster, NodeId id, const raft::Write& write) {
  auto& server = cluster.at(id);
  cluster.carry_out(id, write);
  for (const auto& pending : server.pending) server.disk.carry_out(pending);
  server.pending.clear();
}

void carry_out_and_crash(Cluster cluster, const Next& next, const std::vector<std::size_t>& order,
                         std::size_t carried_out) {
  auto output = next.happen(cluster);
  for (std::size_t i = 0; i < carried_out; ++i) {
    if (order[i] == output.sends.size()) {
      write_at_once(cluster, next.id, *output.write);
    } else {
      cluster.carry_out(next.id, output.sends[order[i]]);
    }
  }
  cluster.crash(next.id);
  cluster.restart(next.id);
  cluster.communicate();
  const NodeId other(next.id.value % cluster.servers().size() + 1);
  if (cluster.is_up(other)) cluster.elect(other.value);
}

// Answers whether there was anything to permute.
bool try_all_orders(const Cluster& cluster, const Next& next) {
  Cluster probe = cluster;
  const auto output = next.happen(probe);
  const std::size_t parts = output.sends.size() + (output.write ? 1 : 0);
  if (!output.write || parts < 2 || parts > 5) return false;
  std::vector<std::size_t> order(parts);
  std::iota(order.begin(), order.end(), 0);
  do {
    for (std::size_t cut = 0; cut <= parts; ++cut) carry_out_and_crash(cluster, next, order, cut);
  } while (std::next_permutation(order.begin(), order.end()));
  return true;
}

TEST(Permutation, EveryOrderOfAnOutputsPartsKeepsEveryPromiseThroughACrash) {
  std::size_t outputs = 0;
  for (const std::uint64_t servers : {3, 4}) {
    for_seeds(servers, 1, 150, [&](Storm& storm) {
      storm.run(200);
      for (int looks = 0; looks < 4; ++looks) {
        storm.run(60);
        for (const auto& next : all_that_may_happen(storm.cluster())) {
          outputs += try_all_orders(storm.cluster(), next) ? 1 : 0;
        }
      }
      return std::string();
    });
  }
  EXPECT_GT(outputs, 100u) << "hardly anything was tried: " << outputs;
}

}  // namespace
}  // namespace raft_test
