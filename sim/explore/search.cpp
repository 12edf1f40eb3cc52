#include "sim/explore/search.hpp"

#include <algorithm>
#include <deque>

namespace explore {

namespace {

// How a state was first reached.
struct Node {
  std::uint32_t parent;
  Action action;
};

struct Waiting {
  State state;
  std::uint32_t node;
};

constexpr std::uint32_t kRoot = 0;
constexpr std::uint32_t kLookEvery = 4096;
constexpr std::uint64_t kStatesMax = (std::uint64_t{1} << 32) - 2;

class Search {
 public:
  Search(World& world, const GoOn& go_on) : world_(world), go_on_(go_on) {}

  Report run() {
    const State first = world_.initial();
    visited_.insert(world_.canonical(first));
    nodes_.push_back({kRoot, Action()});
    queue_.push_back({first, kRoot});
    level_end_ = 1;
    while (!queue_.empty() && !over()) {
      const Waiting next = queue_.front();
      queue_.pop_front();
      if (!expand(next)) break;
      if (++report_.expanded == level_end_) {
        ++report_.depth;
        level_end_ = nodes_.size();
      }
    }
    sum_up();
    return std::move(report_);
  }

 private:
  bool over() {
    const auto& bounds = world_.bounds();
    if (bounds.depth != 0 && report_.depth >= bounds.depth) return report_.end = End::depth, true;
    if (report_.expanded % kLookEvery != 0) return false;
    sum_up();
    if (report_.bytes > bounds.memory_bytes || nodes_.size() >= kStatesMax)
      return report_.end = End::memory, true;
    if (!go_on_(report_)) return report_.end = End::stopped, true;
    return false;
  }

  // False: something broke.
  bool expand(const Waiting& from) {
    world_.actions(from.state, actions_);
    for (const Action action : actions_) {
      ++report_.transitions;
      State state = from.state;
      if (auto violation = world_.apply(state, action)) {
        report_.end = End::violation;
        report_.violation = std::move(violation);
        report_.path = path_to(from.node);
        report_.path.push_back(action);
        return false;
      }
      if (!visited_.insert(world_.canonical(state))) continue;
      queue_.push_back({state, static_cast<std::uint32_t>(nodes_.size())});
      nodes_.push_back({from.node, action});
    }
    return true;
  }

  std::vector<Action> path_to(std::uint32_t node) const {
    std::vector<Action> path;
    for (; node != kRoot; node = nodes_[node].parent) path.push_back(nodes_[node].action);
    std::reverse(path.begin(), path.end());
    return path;
  }

  void sum_up() {
    report_.states = nodes_.size();
    report_.waiting = queue_.size();
    report_.bytes =
        visited_.bytes() + nodes_.size() * sizeof(Node) + queue_.size() * sizeof(Waiting) + world_.bytes();
    report_.distinct_servers = world_.distinct_servers();
    report_.distinct_letters = world_.distinct_letters();
    report_.distinct_steps = world_.steps_taken();
  }

  World& world_;
  const GoOn& go_on_;
  FlatSet<Hash128> visited_;
  std::deque<Node> nodes_;
  std::deque<Waiting> queue_;
  std::vector<Action> actions_;
  std::uint64_t level_end_ = 0;
  Report report_;
};

}  // namespace

Report search(World& world, const GoOn& go_on) {
  return Search(world, go_on).run();
}

}  // namespace explore
