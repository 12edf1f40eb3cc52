// One simulated server: the host of lockd behind simulated ports, on a machine that crashes, stops and starts
// again.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/host/host.hpp"
#include "core/wire/frame.hpp"
#include "sim/clock.hpp"
#include "sim/disk.hpp"
#include "sim/network.hpp"

namespace sim {

// Where the server at a place is reached.
std::string address_of(Place server);
Place place_at(const std::string& address);

// Sees what servers do.
class Onlooker {
 public:
  virtual ~Onlooker() = default;
  virtual void noted(Place server, const node::Note& note) = 0;
  virtual void sent(Place from, host::NodeId to, const std::string& frame) = 0;
  // Before the step that takes it in.
  virtual void received(Place at, host::NodeId from, std::string_view payload) = 0;
};

// A machine, and the server that lives on it, if any: one that has joined under an id of its own.
class Server : host::Wakeups, host::Peers, host::Clients, host::Observer {
 public:
  // `config` is without the id.
  Server(Place place, node::Config config, Queue& queue, Network& network, Onlooker& onlooker, Clock clock,
         std::unique_ptr<Disk> disk, Draws& timers);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  Place place() const { return place_; }
  Clock& clock() { return clock_; }
  const Clock& clock() const { return clock_; }
  // 0: nobody lives here.
  host::NodeId id() const { return config_.raft.self; }
  bool is_up() const { return host_.has_value(); }
  std::uint32_t epoch() const { return epoch_; }
  // Only while it is up.
  const node::Node& node() const { return host_->node(); }
  const node::Config& config() const { return config_; }
  // Of another cluster from its next start on. Not while it is up.
  void belong_to(base::ClusterId cluster) { config_.cluster = cluster; }
  const Disk& disk() const { return *disk_; }
  Disk& disk() { return *disk_; }

  // A server moves in, under an id and with a new disk. `initial`: what its cluster is bootstrapped with, or
  // no members where it joins one. Not while one is up.
  void move_in(host::NodeId id, const raft::Configuration& initial);
  // Whoever lives here is gone, and what was on the disk. Not while it is up.
  void move_out();
  // Why it must not start, if so, as lockd would say it.
  std::optional<store::Failure> start();
  void end(Disk::End how);

  // Events of the queue. Only while it is up.
  void on_peer_frame(const Event& event);
  void on_segment(ConnectionNumber connection, const std::string& bytes);
  void on_reset(ConnectionNumber connection);
  // Whether the node has made a step.
  bool on_wake();
  void on_run();
  // Why it must end.
  std::optional<store::Failure> on_disk_done();
  // Its clock has jumped: what is due now?
  void on_clock_jump();

 private:
  void soon() override;
  void at(Instant when) override;
  void send(host::NodeId to, std::string frame) override;
  void members(const raft::Configuration& configuration) override;
  void send(host::ConnectionId to, std::string frame) override;
  void close(host::ConnectionId connection, const std::string& why) override;
  void noted(const node::Note& note) override { onlooker_.noted(place_, note); }

  void drop(ConnectionNumber connection);
  void arm();

  Place place_;
  node::Config config_;
  Queue& queue_;
  Network& network_;
  Onlooker& onlooker_;
  Clock clock_;
  std::unique_ptr<Disk> disk_;
  Draws& timers_;  // how late they fire
  std::uint32_t epoch_ = 0;
  std::optional<host::Host> host_;
  bool run_soon_ = false;
  Instant wake_at_;
  // When the earliest wake-up in the queue is due: a later wish needs no second one.
  std::optional<Time> armed_;
  struct Caller {
    wire::FrameReader reader;
    bool greeted = false;
  };
  std::map<ConnectionNumber, Caller> callers_;
  std::map<host::NodeId, Place> reached_;  // whom it was told of, or has heard from
};

}  // namespace sim
