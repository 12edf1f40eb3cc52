// Several servers in one place, with every message, disk write and clock in the hands of the test. After
// every step the judge looks at the server that stepped and at what left it.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/raft/invariants.hpp"
#include "core/raft/raft.hpp"
#include "tests/core/raft/judge.hpp"
#include "tests/core/raft/server.hpp"

namespace raft_test {

using namespace std::chrono_literals;

raft::Config config_of(std::uint64_t self, std::uint64_t count, std::uint64_t seed = 1);
// A log with these terms, as it could have come about in a cluster of so many: what an entry holds follows
// from its position.
raft::Recovered recovered(const std::vector<std::uint64_t>& terms, raft::HardState hard,
                          std::uint64_t voters = 3);
raft::Entry entry(std::uint64_t index, std::uint64_t term);

class Cluster {
 public:
  explicit Cluster(std::uint64_t count, std::uint64_t seed = 1);
  // Servers that start with these logs, all in `term` and without a vote in it.
  Cluster(
      const std::vector<std::vector<std::uint64_t>>& logs, std::uint64_t term,
      const std::function<raft::Config(raft::Config)>& configure = [](raft::Config config) {
        return config;
      });

  // Servers that find this on their disks.
  explicit Cluster(std::vector<std::pair<raft::Config, raft::Recovered>> servers);

  Server& at(NodeId id) { return servers_.at(id); }
  raft::Raft& raft(std::uint64_t id) { return *servers_.at(NodeId(id)).raft; }
  const std::map<NodeId, Server>& servers() const { return servers_; }
  const Judge& judge() const { return judge_; }

  using Event = std::function<void(raft::Raft&, Instant)>;
  // One input, then a flush.
  void step(NodeId id, const Event& input);
  // The same, but what comes of it is the caller's to carry out.
  raft::Output think(NodeId id, const Event& input);
  void carry_out(NodeId id, raft::Send send);
  void carry_out(NodeId id, raft::Write write) { servers_.at(id).pending.push_back(std::move(write)); }
  // Its clock moves to its deadline, where that lies ahead.
  void tick(std::uint64_t id);
  void propose(std::uint64_t id);
  raft::ReadId read(std::uint64_t id, raft::ReadBy by = raft::ReadBy::round);
  // An operator's wishes, at a leader. A server that is added comes up with an empty disk, under the next id.
  base::Status change(std::uint64_t id, const raft::Change& change);
  base::Status add_learner(std::uint64_t id, bool promote = true);
  base::Status transfer(std::uint64_t id, std::uint64_t to = 0);
  // A snapshot of all that is committed here; the log keeps `keep` entries before it.
  void snapshot(std::uint64_t id, std::uint64_t keep = 0);
  // The first piece of one that is never completed.
  void begin_snapshot(std::uint64_t id);
  void pass(Duration time);  // for every server's clock, without a tick

  // The bag: what was sent and has neither arrived nor been lost.
  std::vector<Envelope>& bag() { return bag_; }
  void deliver(std::size_t place);
  void duplicate(std::size_t place) { bag_.push_back(bag_.at(place)); }
  void drop(std::size_t place) { bag_.erase(bag_.begin() + static_cast<std::ptrdiff_t>(place)); }
  // As though it had come from there.
  void inject(std::uint64_t from, std::uint64_t to, raft::Message message);
  // The messages of this kind in the bag to that server.
  template <class M>
  std::vector<M> sent_to(std::uint64_t to) const {
    std::vector<M> found;
    for (const auto& envelope : bag_) {
      if (const auto* m = std::get_if<M>(&envelope.message); m && envelope.to == NodeId(to))
        found.push_back(*m);
    }
    return found;
  }

  // The oldest `writes` are done, and the server is told so once.
  void complete(NodeId id, std::size_t writes = 1);
  // The oldest `kept` had reached the disk unnoticed; the others are lost.
  void crash(NodeId id, std::size_t kept = 0);
  void restart(NodeId id);
  bool is_up(NodeId id) const { return servers_.at(id).raft.has_value(); }

  // Messages to and from it are lost until heal().
  void isolate(std::uint64_t id) { isolated_.insert(NodeId(id)); }
  void heal() { isolated_.clear(); }

  // Every disk works and every message arrives, in order, until there are no more.
  void communicate();
  // All clocks run evenly, and everybody communicates.
  void run(Duration time);
  // Everyone's patience with the former leader has run out; this one stands for election.
  void elect(std::uint64_t id);
  // The leader of the highest term.
  std::optional<NodeId> leader() const;
  // The configuration that this server believes in.
  const raft::Configuration& members(std::uint64_t id) { return raft(id).configuration(); }

 private:
  void add(raft::Config config, raft::Recovered recovered);
  void take(Server& server, raft::Output output);
  void take_piece(Server& server);
  void meet_members(const raft::Configuration& configuration);

  std::map<NodeId, Server> servers_;
  std::vector<Envelope> bag_;
  std::set<NodeId> isolated_;
  Judge judge_;
};

}  // namespace raft_test
