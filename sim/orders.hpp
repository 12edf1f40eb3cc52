// What an operator is to do to a cluster while a story runs, and the machines it walks about.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/raft/configuration.hpp"
#include "sim/queue.hpp"

namespace sim {

struct Order {
  enum class Kind {
    add,       // a server on a machine where none lives
    remove,    // one server, while `least` voters are left
    replace,   // add one, and when it votes remove another
    shuffle,   // some out, others in, as one change
    rejoin,    // a server whose disk was lost leaves, and comes back under another id
    transfer,  // leadership
    snapshot,  // of one server's state
    priority,  // of one server, by chance
    rolling,   // a server, or all one after the other, stop and start again
  };
  Kind kind = Kind::add;
  std::optional<Place> target;  // nothing: any
  std::uint32_t least = 3;
  Duration down{std::chrono::milliseconds(300)};  // rolling: for how long each
};
using Orders = std::deque<Order>;

// Beside what it can ask the cluster.
class Site {
 public:
  virtual ~Site() = default;
  // Machines on which no server lives, nor one that is still a member.
  virtual std::vector<Place> vacant() const = 0;
  virtual std::vector<Place> inhabited() const = 0;
  // Who lives there, or lived there when the disk was lost; 0: nobody.
  virtual base::NodeId resident(Place place) const = 0;
  virtual bool was_wiped(Place place) const = 0;
  virtual std::optional<Place> leader() const = 0;
  // The newest that is committed.
  virtual const raft::Configuration& membership() const = 0;
  // A server starts there with an empty disk, under the number that was given to this incarnation.
  virtual void move_in(Place place, base::NodeId id, std::uint64_t incarnation) = 0;
  virtual void crash(Place place) = 0;
  virtual void restart(Place place) = 0;
  virtual void tell(const std::string& text) = 0;
};

}  // namespace sim
