// What clients talk through, and what partitions cut: of the simulated network, or of the real one.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sim/queue.hpp"

namespace sim {

using ConnectionNumber = std::uint64_t;

// Connections between clients and servers: in order and whole, or broken.
class Connections {
 public:
  virtual ~Connections() = default;
  // Where servers are reached: what clients and members' lists call them. place_at() of no such address is a
  // bug.
  virtual std::string address_of(Place server) const = 0;
  virtual Place place_at(const std::string& address) const = 0;
  // A connection is there at once; the first word on it takes as long as any other.
  virtual ConnectionNumber connect(Place client, Place server) = 0;
  // In order and whole (EventKind::segment), or the connection breaks.
  virtual void send(ConnectionNumber connection, Place from, std::string bytes) = 0;
  // The other end learns it (EventKind::reset), when the reset gets through.
  virtual void close(ConnectionNumber connection, Place end) = 0;
  // The process at `end` is gone, and all its connections with it.
  virtual void close_all(Place end) = 0;
  // A segment reached an end that is gone: the sender is told.
  virtual void refuse(ConnectionNumber connection, Place gone) = 0;
  // EventKind::reset has come: this end is closed.
  virtual void on_reset(ConnectionNumber connection, Place end) = 0;
};

class Links {
 public:
  virtual ~Links() = default;
  // One-way links that are cut.
  using Cut = std::vector<std::pair<Place, Place>>;
  // Several cuts may lie over a link: it works when all are mended.
  virtual void cut(const Cut& links) = 0;
  virtual void mend(const Cut& links) = 0;
  // The connections of a place break, at both ends. Answers how many.
  virtual std::size_t break_all(Place end) = 0;
};

}  // namespace sim
