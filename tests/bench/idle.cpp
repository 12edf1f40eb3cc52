// What a group costs that has nothing to do: most groups of a server that carries many are idle.
#include <cstdio>
#include <malloc.h>
#include <optional>
#include <utility>

#include "core/base/check.hpp"
#include "core/node/node.hpp"
#include "tests/bench/core_bench.hpp"

namespace bench {
namespace {

constexpr std::uint64_t kServers = 3, kGroups = 200, kSeconds = 20;

struct Server {
  node::Node node;
  std::vector<node::Input> inputs;
  base::Instant wake_at;
  bool stepped = false;
};

node::Node make(std::uint64_t id, std::uint64_t seed) {
  node::Config config;
  config.raft.self = base::NodeId(id);
  config.raft.seed = seed * kServers + id;
  config.cluster = base::ClusterId(seed + 1);
  raft::Recovered recovered;
  recovered.snapshot.configuration = raft::bootstrap(kServers, {"host1:7420", "host2:7420", "host3:7420"});
  return {config, {recovered, lock::Machine()}, {}};
}

class Group {
 public:
  explicit Group(std::uint64_t seed) {
    for (std::uint64_t id = 1; id <= kServers; ++id) servers_.push_back({make(id, seed), {}, {}});
  }

  // Everyone who is woken, has something to read, or has a write that is done.
  void run(base::Instant now) {
    for (bool again = true; std::exchange(again, false);) {
      for (std::uint64_t id = 1; id <= kServers; ++id) again |= turn(servers_[id - 1], base::NodeId(id), now);
    }
  }
  std::uint64_t steps() const { return steps_; }

 private:
  bool turn(Server& server, base::NodeId id, base::Instant now) {
    if (!server.stepped || now >= server.wake_at) server.inputs.push_back(node::TimerFired{});
    if (server.inputs.empty()) return false;
    auto effects = server.node.step(now, std::exchange(server.inputs, {}));
    ++steps_;
    server.stepped = true;
    server.wake_at = effects.wake_at;
    if (effects.write) server.inputs.push_back(node::Durable{effects.write->id});
    for (auto& send : effects.sends)
      servers_[send.to.value - 1].inputs.push_back(node::Received{id, std::move(send.message)});
    return true;
  }

  std::vector<Server> servers_;
  std::uint64_t steps_ = 0;
};

}  // namespace

void idle_groups() {
  const auto before = mallinfo2().uordblks;
  std::vector<Group> groups;
  groups.reserve(kGroups);
  for (std::uint64_t i = 0; i < kGroups; ++i) groups.emplace_back(i);
  std::int64_t ms = 0;
  const auto run_for = [&](std::int64_t seconds) {
    for (const auto end = ms + seconds * 1000; ms < end; ++ms) {
      for (auto& group : groups) group.run(after_ms(ms));
    }
  };
  run_for(5);  // elections
  const auto bytes = mallinfo2().uordblks - before;
  std::uint64_t steps = 0;
  for (const auto& group : groups) steps -= group.steps();
  const auto begin = thread_ns();
  run_for(kSeconds);
  const auto ns = static_cast<double>(thread_ns() - begin);
  for (const auto& group : groups) steps += group.steps();
  const double servers = kGroups * kServers;
  const double ns_a_second = ns / servers / kSeconds;
  std::printf("idle group, a server of three, heartbeat 50 ms\n");
  std::printf("  memory                 %8.1f KiB, of it %.1f KiB sizeof(node::Node)\n",
              static_cast<double>(bytes) / servers / 1024, sizeof(node::Node) / 1024.0);
  std::printf("  steps a second         %8.1f\n", static_cast<double>(steps) / servers / kSeconds);
  std::printf("  CPU a second           %8.1f us\n", ns_a_second / 1000);
  std::printf("  servers a core carries %8.0f, by CPU, without encoding and network\n", 1e9 / ns_a_second);
}

}  // namespace bench
