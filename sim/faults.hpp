// The timeline at work: triggers, selectors, and what is done to whom for how long.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/connections.hpp"
#include "sim/disk_faults.hpp"
#include "sim/draws.hpp"
#include "sim/scenario.hpp"

namespace sim {

// What faults act upon.
class Stage {
 public:
  virtual ~Stage() = default;
  // Machines for servers; clients stand behind them.
  virtual std::uint32_t machines() const = 0;
  virtual std::uint32_t clients() const = 0;
  // All, with the operator's and the crowd's machines behind the clients'.
  virtual std::uint32_t places() const = 0;
  // Where servers live, and which of them vote or learn as far as is committed.
  virtual std::vector<Place> inhabited() const = 0;
  virtual std::vector<Place> voters() const = 0;
  virtual std::vector<Place> learners() const = 0;
  virtual bool is_up(Place place) const = 0;
  virtual std::optional<Place> leader() const = 0;
  virtual std::optional<Place> old_leader() const = 0;
  virtual std::optional<Place> holder(const std::string& lock) const = 0;
  // Each where it makes a difference, else nothing.
  virtual void crash(Place place) = 0;
  // Its process alone; its machine keeps its power.
  virtual void kill(Place place) = 0;
  virtual void restart(Place place) = 0;
  virtual void pause(Place place) = 0;
  virtual void resume(Place place) = 0;
  virtual void jump(Place place, Duration by) = 0;
  // A wall clock, which nothing in a simulated world looks at.
  virtual void jump_wall(Place, Duration) {}
  // It never starts again.
  virtual void bury(Place place) = 0;
  // More clients ask, so far apart on average all together, until the last overload has ended.
  virtual void overload(Duration interval) = 0;
  virtual void overload_ends() = 0;
  // Only where the cluster can bear the loss. Answers whether it did.
  virtual bool wipe(Place place) = 0;
  // Of a server's machine.
  virtual DiskTroubles& disk_troubles(Place place) = 0;
  // Within the budget. Answers whether it will.
  virtual bool rot(Place place) = 0;
  virtual void order(Order order) = 0;
  // Where a majority is gone for good. Answers whether it was.
  virtual bool recover() = 0;
  virtual std::size_t operations_in_flight() const = 0;
  virtual void tell(const std::string& text) = 0;
};

// Something that a `when` may wait for.
struct Happening {
  std::string event;
  std::optional<Place> node;
  std::optional<Place> client;
  std::string lock;
  std::string state;
  std::string reason;
  std::optional<Place> peer = {};  // whom a message is for
};

// What an entry of the timeline did: to whom, when, and until when.
struct Deed {
  std::uint64_t step;
  Time at;
  std::vector<Place> targets;
  Network::Cut cut;           // of a partition
  std::optional<Time> ended;  // nothing: with the timeline, or at once
};

class Faults {
 public:
  Faults(const std::vector<Step>& timeline, Queue& queue, Links& network, Coverage& coverage, Stage& stage,
         Draws& random);

  void start();
  // Deeds are appended from now on.
  void record(std::vector<Deed>* deeds) { deeds_ = deeds; }
  // Beside the timeline: a crash of that server, which starts again later.
  void crash_for(Place server, Duration down);
  void happened(const Happening& happening);
  // EventKind::timeline and fault_ends.
  void on_timeline(std::uint64_t step);
  void on_fault_end(std::uint64_t fault);
  // The timeline is over: nothing more happens, and everything is healed.
  void finish();
  // After that: whether some fault is never healed.
  bool go_on() const { return !active_.empty(); }

  // What is going on, by its number, in words; some of it without.
  std::map<std::uint64_t, std::string> in_force() const;
  bool any_in_force() const { return !active_.empty(); }
  // Steps of the timeline that have never struck anybody, in its order.
  std::vector<std::size_t> idle() const;

  static std::string name_of(Place place, std::uint32_t machines);

 private:
  struct Active {
    Action action;
    std::vector<Place> targets;
    Links::Cut cut = {};
    std::string told = {};
    bool forever = false;
    std::optional<Duration> lasts = {};  // it has yet to begin
    std::uint64_t step = 0;              // of a part of one that begins later
    std::optional<std::size_t> deed = {};
  };

  void schedule(std::uint64_t step);
  void act(std::uint64_t number);
  std::optional<std::size_t> note(std::uint64_t step, const Active& active);
  std::vector<Place> select(const Selection& selection);
  std::vector<Place> random_of(std::vector<Place> all, std::size_t count);
  // Leaves those whose trouble lasts.
  bool lay_on(const DiskAction& disk, std::vector<Place>& targets);
  void put_to_sleep(Active& active);
  void give(Order order, const std::vector<Place>& targets);
  // Whether it struck anybody. Leaves those of its targets that it struck where others refuse it.
  bool carry_out(Active& active);
  bool strike(std::uint64_t number);
  void swizzle(std::uint64_t step, const Active& whole, Duration time);
  Ground ground() const;
  void cut(Active& active, const Partition& partition);
  void move_clocks(const ClockJump& jump, const std::vector<Place>& targets);
  bool matches(const When& when, const Happening& happening) const;
  void heal();
  void end(const Active& active);

  const std::vector<Step>& timeline_;
  Queue& queue_;
  Links& network_;
  Coverage& coverage_;
  Stage& stage_;
  Draws& random_;
  std::vector<std::uint64_t> seen_;  // by step: how many matching events
  std::vector<std::uint64_t> nth_;   // and which of them counts
  std::vector<bool> struck_;         // anybody, likewise
  std::map<std::uint64_t, Active> active_;
  std::uint64_t last_fault_ = 0;
  std::vector<Deed>* deeds_ = nullptr;
  std::optional<Place> event_node_;
  std::optional<Place> event_peer_;
  std::optional<Place> event_client_;
  bool finished_ = false;
};

}  // namespace sim
