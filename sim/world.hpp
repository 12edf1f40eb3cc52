// One run of a scenario under one seed: servers, clients, network, faults and judges.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "sim/agent.hpp"
#include "sim/check/raft_invariants.hpp"
#include "sim/check/raft_rules.hpp"
#include "sim/converging.hpp"
#include "sim/crowd.hpp"
#include "sim/digest.hpp"
#include "sim/draws.hpp"
#include "sim/faults.hpp"
#include "sim/history.hpp"
#include "sim/network.hpp"
#include "sim/object_store.hpp"
#include "sim/overlaps.hpp"
#include "sim/processor.hpp"
#include "sim/scenario.hpp"
#include "sim/server.hpp"
#include "sim/states.hpp"
#include "sim/trace.hpp"
#include "sim/violation.hpp"

namespace sim {

class Perfetto;

struct Outcome {
  std::uint64_t seed = 0;
  std::optional<Violation> violation;
  std::optional<std::string> inconclusive;  // why nothing can be said
  std::uint64_t digest = 0;
  std::uint64_t events = 0;
  Time simulated{0};
  std::uint64_t operations = 0;
  Coverage coverage;
  std::vector<State> states;  // that some server was in, in their order
  std::string history;        // JSON lines
  // What of the timeline and the schedule never struck, by its path in the file; only of a whole run.
  std::vector<std::string> idle;
  std::string state;  // where it ended, for people; only where it was asked for
  bool picture_cut_short = false;
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
  std::ostream* perfetto = nullptr;  // as a picture (sim/perfetto.hpp)
  bool trace_messages = false;
  std::optional<Time> until;
  std::vector<SeenEvent>* events = nullptr;  // appended
  Recording* recording = nullptr;            // written
  std::vector<Deed>* deeds = nullptr;        // appended
  bool state = false;                        // told in Outcome::state
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
  Recording* recording();
  bool go_on();
  void handle(Event event);
  void dispatch(Event& event);
  void dispatch_server(Server& server, Event& event);
  void dispatch_client(Agent& agent, Event& event);
  void build_crowd();
  Agent& agent_at(Place place);
  Clock clock_of(Place place, const Distribution& drift_ppm, Draws& random) const;
  void disk_done(Server& server);
  void account(const Event& event);

  // For people (describing.cpp).
  std::string describe() const;
  std::string describe_queue() const;

  // judging.cpp
  void observe(Server& server);
  void look_at_lines(const Server& server);
  void look_at_disks(const Server& server, raft::Position position);
  void look_at_snapshot(Server& server);
  void harvest(const Server& server);
  bool is_new(const lock::Event& event);
  void note_configuration(const Server& server, const raft::Configuration& configuration);
  void violate(Violation violation);
  void judge(Outcome& outcome);
  void judge_history();
  void tell_outcome(Outcome& outcome);
  void noted(Place server, const node::Note& note) override;
  void sent(Place from, host::NodeId to, const std::string& frame) override;
  std::optional<Place> home_of(host::NodeId id) const;
  void received(Place at, host::NodeId from, std::string_view payload) override;
  void happened(Place server, const Happening& happening);

  // rest.cpp
  bool reaches(Place place, const std::vector<Place>& core) const;
  bool may_learn_that_it_left(const Server& server) const;
  std::vector<std::string> unsettled();

  // The end of a run (ending.cpp).
  void phase();
  std::vector<Place> core() const;
  bool is_stopped(Place place) const { return paused_[place] > 0 || buried_.contains(place); }
  Surviving surviving();
  void judge_convergence();
  std::vector<std::string> idle() const;
  // watching.cpp
  void follow_touches(bool anew);
  void note_state(const Server& server);
  void note_all();
  std::uint32_t phases_of(const Server& server) const;
  std::uint32_t met() const;

  // picture.cpp
  void begin_picture();
  void draw(Place actor);
  void draw_server(const Server& server);
  void draw_client(const Agent& agent);
  void draw_operations();
  void draw_faults();
  bool end_picture();

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
  void move_in(Place place, host::NodeId id, std::uint64_t incarnation) override;
  bool wipe(Place place) override;
  void order(Order order) override;

  // Servers whose disks fail (disks.cpp).
  void start_server(Server& server);
  void not_started(Server& server, const store::Failure& failure);
  void replace_disk(Server& server);
  void disk_failed(Server& server, const store::Failure& failure);
  void start_later(Place place);
  void start_again(Place place);
  bool may_rot(Place place) const;
  bool can_decide() const;
  DiskTroubles& disk_troubles(Place place) override { return servers_[place]->disk().troubles(); }
  bool rot(Place place) override;

  // Forced recovery (recovery.cpp).
  Server* newest_readable();
  bool refound(Server& server);
  bool recover() override;

  // Stage: what faults act upon (staging.cpp).
  std::uint32_t machines() const override { return scenario_.machines(); }
  std::uint32_t clients() const override { return scenario_.clients; }
  std::uint32_t places() const override;
  bool is_up(Place place) const override;
  std::optional<Place> leader() const override;
  std::optional<Place> old_leader() const override { return old_leader_; }
  std::optional<Place> holder(const std::string& lock) const override;
  void crash(Place place) override;
  void kill(Place place) override;
  void end_server(Server& server, Disk::End how);
  void forget_timers(Place place);
  void restart(Place place) override;
  void pause(Place place) override;
  void resume(Place place) override;
  void jump(Place place, Duration by) override;
  void bury(Place place) override;
  void overload(Duration interval) override;
  void overload_ends() override;
  std::size_t operations_in_flight() const override { return history_.open(); }
  void tell(const std::string& text) override { trace_.line(queue_.now(), text); }

  Scenario scenario_;
  std::uint64_t seed_;
  RunOptions options_;
  Recording drawn_;  // where a schedule is to be held against it
  Tape tape_;
  Queue queue_;
  Coverage coverage_;
  Trace trace_;
  Network network_;
  History history_;
  ObjectStore store_;
  Surroundings surroundings_;
  DiskFaults disk_faults_;  // as long as there are any
  std::vector<std::unique_ptr<Server>> servers_;
  std::vector<Draws*> disks_drawn_;  // by place
  std::vector<std::unique_ptr<Agent>> agents_;
  std::vector<Processor> processors_;  // of servers, by place
  // Whoever comes with an overload; what it sees is nobody's history.
  Crowd crowd_;
  Trace crowd_trace_;
  History crowd_history_;
  Coverage crowd_coverage_;
  Surroundings crowd_surroundings_;
  std::vector<std::unique_ptr<Agent>> crowd_agents_;
  std::uint32_t overloads_ = 0;
  std::set<Place> buried_;
  std::vector<std::uint32_t> paused_;          // how many pauses lie on a place
  std::vector<std::vector<Event>> held_back_;  // by place, while it is paused
  Faults faults_;

  check::RaftInvariants invariants_;
  check::RaftRules rules_;
  raft::Index lines_seen_;               // of the state as of there
  raft::Index committed_;                // and found on the disks of a quorum
  raft::Configuration membership_;       // as of there
  std::set<host::NodeId> residents_;     // that ever were
  std::map<Place, host::NodeId> wiped_;  // who is still a member, and has lost its disk
  std::map<host::NodeId, raft::Recovered> lost_disks_;
  struct Repair {
    std::uint32_t attempts = 0;
    bool pending = false;
  };
  std::map<Place, Repair> repairs_;          // of servers that their disks have stopped
  std::set<host::NodeId> ran_;               // ever
  std::set<host::NodeId> out_;               // whose disks can't be read any more
  std::vector<raft::Index> snapshots_seen_;  // on the disks, by place
  Orders orders_;
  Draws& random_;  // when who has left notices it
  Draws& repairs_drawn_;
  Digest digest_;
  // What tells one event of the lock service from another: its kind, two numbers, a text.
  using EventKey = std::tuple<std::size_t, std::uint64_t, std::uint64_t, std::string>;
  std::set<EventKey> machine_events_;  // that some server has told
  std::optional<Place> leader_;
  std::optional<Place> old_leader_;
  raft::Term leader_term_;
  std::optional<Violation> violation_;
  std::optional<std::string> inconclusive_;
  Converging converging_;
  std::optional<raft::Index> to_reach_;  // by servers, once the clients are done
  std::optional<Time> recovered_;        // by force, first: what was acknowledged may be lost
  bool over_ = false;

  // Abstract states: no run depends on them.
  struct Watched {
    States states;
    Overlaps overlaps;
    std::vector<State> last;                      // by place
    std::vector<std::uint32_t> touches;           // likewise
    std::vector<std::uint32_t> epochs;            // likewise
    std::vector<raft::Index> committed_at_start;  // of that epoch, likewise
    std::uint64_t seen = 0;                       // of epochs and links, when touches were taken
    std::uint32_t met = 0;
  } watched_;

  std::unique_ptr<Perfetto> picture_;
  std::map<OperationNumber, std::uint32_t> drawn_operations_;  // under way, and in which group
  OperationNumber last_drawn_ = 0;
  std::set<std::uint64_t> drawn_faults_;
  raft::Index drawn_commit_;
};

// Runs one seed, of a swarm where the scenario is marked for one; an exception of the core is a violation.
Outcome run_seed(const Scenario& scenario, std::uint64_t seed, RunOptions options = {});

}  // namespace sim
