// Abstract states of the protocol: what one server is, what it is in the midst of, and which faults touch it.
// Coarse on purpose: a hunt is over when no new ones come, so there must be few enough to meet them all.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sim {

enum class Part : std::uint8_t { follower, pre_candidate, candidate, leader, learner, down };

// Several at a time.
namespace phase {
enum Bit : std::uint32_t {
  unproven = 1 << 0,      // a leader, no entry of its term is committed
  joint = 1 << 1,         // the configuration in force
  transferring = 1 << 2,  // a leader, its leadership
  sending = 1 << 3,       // a leader, a snapshot to some peer
  installing = 1 << 4,    // a snapshot is on its way in
  behind = 1 << 5,        // its log lacks what is known to be committed
  reading = 1 << 6,       // reads wait for their confirmation
  recovering = 1 << 7,    // since it started it hasn't committed again what was committed then
};
constexpr std::uint32_t kCount = 8;
}  // namespace phase

namespace touch {
enum Bit : std::uint32_t {
  cut_off_partly = 1 << 0,  // from some server it can't speak to and hear
  cut_off = 1 << 1,         // from all of them
  others_down = 1 << 2,
  paused = 1 << 3,  // this one
  others_paused = 1 << 4,
  lossy_network = 1 << 5,
  clock_within = 1 << 6,  // it drifts, within the bound that leases trust
  clock_beyond = 1 << 7,
  disk_slow = 1 << 8,
  disk_failing = 1 << 9,
  overload = 1 << 10,
};
constexpr std::uint32_t kCount = 11;
}  // namespace touch

// Part, phases and faults in one number.
using State = std::uint32_t;
constexpr State pack(Part part, std::uint32_t phases, std::uint32_t touches) {
  return static_cast<State>(part) | phases << 4 | touches << 16;
}
constexpr Part part_of(State state) {
  return static_cast<Part>(state & 0xF);
}
constexpr std::uint32_t phases_of(State state) {
  return state >> 4 & 0xFFF;
}
constexpr std::uint32_t touches_of(State state) {
  return state >> 16;
}
// Such as "leader: joint, reading; cut_off_partly".
std::string name_of(State state);
const char* name_of(Part part);

// A small set of states, in their order.
class States {
 public:
  // Whether it was new.
  bool add(State state);
  const std::vector<State>& all() const { return all_; }

 private:
  std::vector<State> all_;
};

}  // namespace sim
