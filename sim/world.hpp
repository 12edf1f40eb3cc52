// One run of a scenario under one seed: servers, clients, network, faults and judges.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/agent.hpp"
#include "sim/check/raft_invariants.hpp"
#include "sim/digest.hpp"
#include "sim/faults.hpp"
#include "sim/history.hpp"
#include "sim/network.hpp"
#include "sim/object_store.hpp"
#include "sim/scenario.hpp"
#include "sim/server.hpp"
#include "sim/trace.hpp"
#include "sim/violation.hpp"

namespace sim {

struct Outcome {
  std::uint64_t seed = 0;
  std::optional<Violation> violation;
  std::optional<std::string> inconclusive;  // why nothing can be said
  std::uint64_t digest = 0;
  std::uint64_t events = 0;
  Time simulated{0};
  std::uint64_t operations = 0;
  Coverage coverage;
  std::string history;  // JSON lines
};

// An event as another run of the same seed must have it too.
struct SeenEvent {
  Time at;
  EventKind kind;
  Place actor;
  std::uint32_t detail;
  std::uint64_t id;
  std::uint64_t digest;  // of everything up to it
  bool operator==(const SeenEvent&) const = default;
};

struct RunOptions {
  std::ostream* trace = nullptr;
  bool trace_messages = false;
  std::optional<Time> until;
  std::vector<SeenEvent>* events = nullptr;  // appended
};

class World : Onlooker, Stage, Site {
 public:
  World(const Scenario& scenario, std::uint64_t seed, RunOptions options = {});
  ~World() override;

  Outcome run();

 private:
  // world.cpp
  void build_server(Place place);
  void build_client(Place place);
  void build_operator();
  void start();
  bool go_on();
  void handle(Event event);
  void dispatch(Event& event);
  void dispatch_server(Server& server, Event& event);
  void dispatch_client(Agent& agent, Event& event);
  void phase();
  bool all_done() const;
  void account(const Event& event);

  // judging.cpp
  void observe(Server& server);
  void look_at_disks(const Server& server, raft::Position position);
  void look_at_snapshot(Server& server);
  void harvest(const Server& server);
  bool is_new(const lock::Event& event);
  void note_configuration(const Server& server, const raft::Configuration& configuration);
  void violate(Violation violation);
  void judge(Outcome& outcome);
  void judge_history(Outcome& outcome);
  void judge_stale_reads(const Outcome& outcome);
  void judge_convergence();
  void noted(Place server, const node::Note& note) override;
  void sent(Place from, host::NodeId to, const std::string& frame) override;
  void happened(Place server, const Happening& happening);

  // Who belongs to the cluster, and who lives where (membership.cpp).
  void follow_commit(const Server& server);
  void follow_membership(const Server& server, const raft::Configuration& now);
  void retire(Place place, host::NodeId id);
  std::vector<Place> places_of(bool learners) const;
  std::vector<Place> inhabited() const override;
  std::vector<Place> voters() const override { return places_of(false); }
  std::vector<Place> learners() const override { return places_of(true); }
  std::vector<Place> vacant() const override;
  host::NodeId resident(Place place) const override;
  bool was_wiped(Place place) const override { return wiped_.contains(place); }
  const raft::Configuration& membership() const override { return membership_; }
  void move_in(Place place, host::NodeId id) override;
  bool wipe(Place place) override;
  void order(Order order) override;

  // Stage: what faults act upon (staging.cpp).
  std::uint32_t machines() const override { return scenario_.machines(); }
  std::uint32_t clients() const override { return scenario_.clients; }
  bool is_up(Place place) const override;
  std::optional<Place> leader() const override;
  std::optional<Place> old_leader() const override { return old_leader_; }
  std::optional<Place> holder(const std::string& lock) const override;
  void crash(Place place) override;
  void restart(Place place) override;
  void pause(Place place) override;
  void resume(Place place) override;
  void jump(Place place, Duration by) override;
  std::size_t operations_in_flight() const override { return history_.open(); }
  void tell(const std::string& text) override { trace_.line(queue_.now(), text); }

  Scenario scenario_;
  std::uint64_t seed_;
  RunOptions options_;
  Queue queue_;
  Coverage coverage_;
  Trace trace_;
  Network network_;
  History history_;
  ObjectStore store_;
  Surroundings surroundings_;
  std::vector<std::unique_ptr<Server>> servers_;
  std::vector<std::unique_ptr<Agent>> agents_;
  std::vector<std::uint32_t> paused_;          // how many pauses lie on a place
  std::vector<std::vector<Event>> held_back_;  // by place, while it is paused
  Faults faults_;

  check::RaftInvariants invariants_;
  raft::Index committed_;                // and found on the disks of a quorum
  raft::Configuration membership_;       // as of there
  std::set<host::NodeId> residents_;     // that ever were
  std::map<Place, host::NodeId> wiped_;  // who is still a member, and has lost its disk
  std::map<host::NodeId, raft::Recovered> lost_disks_;
  std::vector<raft::Index> snapshots_seen_;  // on the disks, by place
  Orders orders_;
  base::Random random_;
  Digest digest_;
  std::set<std::string> machine_events_;  // that some server has told
  std::optional<Place> leader_;
  std::optional<Place> old_leader_;
  raft::Term leader_term_;
  std::optional<Violation> violation_;
  std::optional<std::string> inconclusive_;
  std::optional<Time> converging_;  // since when
  bool over_ = false;
};

// Runs one seed; an exception of the core is a violation.
Outcome run_seed(const Scenario& scenario, std::uint64_t seed, RunOptions options = {});

}  // namespace sim
