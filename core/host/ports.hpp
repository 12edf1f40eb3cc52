// The borders of a server: what differs between the real world (net) and the simulated one (sim).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/time.hpp"
#include "core/node/node.hpp"

namespace host {

using base::Instant;
using base::NodeId;

struct ConnectionKind;
// A client's connection at one server; chosen by the port, never reused.
using ConnectionId = base::Id<ConnectionKind>;

class Clock {
 public:
  virtual ~Clock() = default;
  // Monotonic, counting suspend.
  virtual Instant now() const = 0;
};

class Wakeups {
 public:
  virtual ~Wakeups() = default;
  // Call Host::run() once what is already due in the event loop has been handled. Asked again before that:
  // one call.
  virtual void soon() = 0;
  // Call Host::run() at that instant; replaces the former wish.
  virtual void at(Instant when) = 0;
};

class Peers {
 public:
  virtual ~Peers() = default;
  // Best effort, in order while the connection lasts; never blocks. May drop.
  virtual void send(NodeId to, std::string frame) = 0;
  // Who belongs to the cluster from now on, and where they are reached. Who isn't among them may still be
  // answered for a while: a member's removal is told to it.
  virtual void members(const raft::Configuration& configuration) = 0;
};

class Clients {
 public:
  virtual ~Clients() = default;
  virtual void send(ConnectionId to, std::string frame) = 0;
  // Its bytes can't be ours; `why` is for the log.
  virtual void close(ConnectionId connection, const std::string& why) = 0;
};

class Disk {
 public:
  virtual ~Disk() = default;
  // Takes the write over; Host::durable(id) follows, in the order of ids. A write that fails is never
  // reported: the server ends.
  virtual void write(raft::Write write) = 0;
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void noted(const node::Note& note) = 0;
  // What the ports have counted, told along with what the node has.
  virtual std::vector<lock::Metric> metrics() const { return {}; }
};

struct Ports {
  Clock& clock;
  Wakeups& wakeups;
  Peers& peers;
  Clients& clients;
  Disk& disk;
  Observer& observer;
};

}  // namespace host
