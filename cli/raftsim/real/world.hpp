// One run of a scenario against lockd processes on this machine. Clients, their history, the object store and
// the timeline are the simulator's, at the pace of the machine's clock.
#pragma once

#include <csignal>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cli/raftsim/real/network.hpp"
#include "cli/raftsim/real/poller.hpp"
#include "cli/raftsim/real/servers.hpp"
#include "cli/raftsim/real/told.hpp"
#include "sim/agent.hpp"
#include "sim/converging.hpp"
#include "sim/crowd.hpp"
#include "sim/faults.hpp"
#include "sim/world.hpp"

namespace real {

using sim::Event;

struct Options {
  std::string lockd;    // the program
  bool skewed = false;  // its clocks can be set
  std::string folder;   // for everything that the servers write
  std::ostream* trace = nullptr;
  const volatile std::sig_atomic_t* interrupted = nullptr;  // not 0: end at once
};

class World : sim::Stage, sim::Site {
 public:
  World(const sim::Scenario& scenario, std::uint64_t seed, Options options);
  ~World() override;

  // An exception where the machine refuses what is needed: ports, processes, files.
  sim::Outcome run();

 private:
  // world.cpp
  void build_agents();
  void build_crowd();
  sim::Agent& agent_at(Place place);
  void start();
  bool go_on();
  void take_turn();
  void handle(Event event);
  void dispatch(Event& event);
  void dispatch_client(sim::Agent& agent, const Event& event);
  void judge();
  sim::Outcome outcome() const;
  void violate(sim::Violation violation);
  Time now() const;

  // The end of a run (ending.cpp).
  void phase();
  std::vector<Place> core() const;
  bool is_stopped(Place place) const { return paused_[place] > 0 || buried_.contains(place); }
  sim::Surviving surviving();
  void judge_end();

  // What servers say (listening.cpp).
  void heard(Place place, const std::string& line);
  void heard_event(Place place, const Told& told);
  void heard_members(Place place, const raft::Configuration& configuration);
  void follow(const raft::Configuration& members);
  void ended(Place place, const std::string& how);
  void happened(Place server, const sim::Happening& happening);
  std::vector<Place> places_of(bool learners) const;
  void retire(Place place, base::NodeId id);

  // Site and Stage (staging.cpp).
  std::uint32_t machines() const override { return scenario_.machines(); }
  std::uint32_t clients() const override { return scenario_.clients; }
  std::uint32_t places() const override;
  std::vector<Place> inhabited() const override;
  std::vector<Place> voters() const override { return places_of(false); }
  std::vector<Place> learners() const override { return places_of(true); }
  std::vector<Place> vacant() const override;
  base::NodeId resident(Place place) const override;
  bool was_wiped(Place place) const override { return wiped_.contains(place); }
  const raft::Configuration& membership() const override { return membership_; }
  void move_in(Place place, base::NodeId id, std::uint64_t incarnation) override;
  bool wipe(Place place) override;
  void order(sim::Order order) override;
  bool is_up(Place place) const override;
  std::optional<Place> leader() const override;
  std::optional<Place> old_leader() const override { return old_leader_; }
  std::optional<Place> holder(const std::string& lock) const override;
  void crash(Place place) override;
  void kill(Place place) override { crash(place); }
  void restart(Place place) override;
  void pause(Place place) override;
  void resume(Place place) override;
  void jump(Place place, sim::Duration by) override;
  void jump_wall(Place place, sim::Duration by) override;
  void bury(Place place) override;
  void overload(sim::Duration interval) override;
  void overload_ends() override;
  // Disks are the machine's own: what a story says of them is told to be left out (unplayed.hpp).
  sim::DiskTroubles& disk_troubles(Place) override { return no_troubles_; }
  bool rot(Place) override { return false; }
  bool recover() override { return false; }
  std::size_t operations_in_flight() const override { return history_.open(); }
  void tell(const std::string& text) override { trace_.line(queue_.now(), text); }

  sim::Scenario scenario_;
  std::uint64_t seed_;
  Options options_;
  sim::Tape tape_;
  base::Instant began_;
  sim::Queue queue_;
  sim::Coverage coverage_;
  sim::Trace trace_;
  Poller poller_;
  Network network_;
  sim::History history_;
  sim::ObjectStore store_;
  sim::Surroundings surroundings_;
  Servers servers_;
  std::vector<std::unique_ptr<sim::Agent>> agents_;
  // Whoever comes with an overload; what it sees is nobody's history.
  sim::Crowd crowd_;
  sim::Trace crowd_trace_;
  sim::History crowd_history_;
  sim::Coverage crowd_coverage_;
  sim::Surroundings crowd_surroundings_;
  std::vector<std::unique_ptr<sim::Agent>> crowd_agents_;
  std::uint32_t overloads_ = 0;
  std::set<Place> buried_;
  std::vector<std::uint32_t> paused_;          // how many pauses lie on a place
  std::vector<std::vector<Event>> held_back_;  // by place, while it is paused: of clients
  sim::Faults faults_;
  sim::Orders orders_;

  std::set<Place> serving_;               // that have said so since they started
  std::map<Place, std::uint64_t> leads_;  // in which term
  std::optional<Place> leader_;
  std::optional<Place> old_leader_;
  std::map<Place, raft::Configuration> goes_by_;  // each server
  raft::Configuration membership_;                // by whoever leads
  std::map<Place, base::NodeId> wiped_;           // who is still a member, and has lost its disk
  std::set<std::string> machine_events_;          // that some server has told
  std::optional<sim::Violation> violation_;
  std::optional<std::string> inconclusive_;
  sim::Converging converging_;
  bool over_ = false;
  sim::DiskTroubles no_troubles_;  // read by nobody
};

}  // namespace real
