#include "sim/crowd.hpp"

#include <algorithm>

namespace sim {

namespace {

constexpr auto kPatience = std::chrono::seconds(2);
// Questions come in bursts so far apart.
constexpr auto kBurst = std::chrono::milliseconds(5);

class OneOfMany : public Program {
 public:
  OneOfMany(const Crowd& crowd, Coverage& coverage) : crowd_(crowd), coverage_(coverage) {}

  Task run(Agent& agent) override {
    auto due = agent.world_now();
    std::vector<client::CallId> open;
    for (;;) {
      std::erase_if(open, [&](client::CallId call) { return agent.finished(call) != nullptr; });
      for (; due <= agent.world_now(); due += crowd_.interval * std::int64_t{kCrowd}) {
        if (open.size() >= kCrowdOpenMax) {
          count(coverage_, "overload_requests_held_back");
          continue;
        }
        count(coverage_, "overload_requests");
        const auto name = "crowd/" + std::to_string(agent.random().below(100));
        open.push_back(agent.begin(lock::Query(lock::GetStatus{name}), kPatience));
      }
      co_await agent.sleep(kBurst);
    }
  }

 private:
  const Crowd& crowd_;
  Coverage& coverage_;
};

}  // namespace

std::unique_ptr<Program> make_crowd(const Crowd& crowd, Coverage& coverage) {
  return std::make_unique<OneOfMany>(crowd, coverage);
}

}  // namespace sim
