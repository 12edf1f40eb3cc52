// Random schedules over a whole cluster, biased towards what has broken consensus elsewhere: logs that differ
// from the start, parts that can't hear each other, several candidates at a time, disks that stand still,
// messages that arrive terms later, crashes right after sends.
#pragma once

#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "core/base/random.hpp"
#include "tests/core/raft/cluster.hpp"

namespace raft_test {

// Logs as former terms may have left them: in each term one leads whose log a majority accepts, appends, and
// reaches some of the others with some of it.
std::vector<std::vector<std::uint64_t>> past_logs(base::Random& random, std::uint64_t servers,
                                                  std::uint64_t terms);

class Storm {
 public:
  // Everything follows from these two.
  Storm(std::uint64_t servers, std::uint64_t seed);

  // One event. Throws base::CheckFailed where the judge isn't content.
  void step();
  void run(int steps);
  // Everything heals; true when a leader is found that commits and reads everywhere.
  bool recovers();

  Cluster& cluster() { return cluster_; }
  base::Random& random() { return random_; }
  // What has happened so far; told only to who asks, since it costs more than the events.
  void narrate() { narrates_ = true; }
  const std::vector<std::string>& story() const { return story_; }

 private:
  void lead();
  void serve();
  void operate(std::uint64_t leader);
  void save(NodeId id);
  void read(NodeId id);
  void change_parts();
  void change_disks();
  void stand(NodeId id);
  void deliver(bool oldest);
  void complete();
  void crash(NodeId id, std::size_t kept);
  void restart();
  bool may_hear(const Envelope& envelope) const;
  void tell(const std::function<std::string()>& what);
  std::uint64_t below(std::uint64_t bound) { return random_.below(bound); }
  NodeId any() {
    return std::next(cluster_.servers().begin(), static_cast<int>(below(cluster_.servers().size())))->first;
  }

  base::Random random_;
  std::uint64_t servers_;
  Cluster cluster_;
  std::vector<std::uint64_t> part_of_;  // by server: who is in the same part hears
  std::vector<bool> stalls_;            // by server: its disk stands still
  bool narrates_ = false;
  std::vector<std::string> story_;
};

std::string describe(const raft::Message& message);

// Runs seeds first to first + count - 1 of some work; at the first failure prints its seed and its story, and
// the test has failed. `work` throws base::CheckFailed, or answers what is wrong; empty: nothing.
void for_seeds(std::uint64_t servers, std::uint64_t first, std::uint64_t count,
               const std::function<std::string(Storm&)>& work);

}  // namespace raft_test
