// The timeline at work: triggers, selectors, and what is done to whom for how long.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/random.hpp"
#include "sim/network.hpp"
#include "sim/scenario.hpp"

namespace sim {

// What faults act upon.
class Stage {
 public:
  virtual ~Stage() = default;
  // Machines for servers; clients stand behind them.
  virtual std::uint32_t machines() const = 0;
  virtual std::uint32_t clients() const = 0;
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
  virtual void restart(Place place) = 0;
  virtual void pause(Place place) = 0;
  virtual void resume(Place place) = 0;
  virtual void jump(Place place, Duration by) = 0;
  // Only where the cluster can bear the loss. Answers whether it did.
  virtual bool wipe(Place place) = 0;
  virtual void order(Order order) = 0;
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
};

class Faults {
 public:
  Faults(const std::vector<Step>& timeline, Queue& queue, Network& network, Coverage& coverage, Stage& stage,
         base::Random random);

  void start();
  void happened(const Happening& happening);
  // EventKind::timeline and fault_ends.
  void on_timeline(std::uint64_t step);
  void on_fault_end(std::uint64_t fault);
  // The timeline is over: nothing more happens, and everything is healed.
  void finish();

  static std::string name_of(Place place, std::uint32_t machines);

 private:
  struct Active {
    Action action;
    std::vector<Place> targets;
    Network::Cut cut = {};
    std::string told = {};
  };

  void schedule(std::uint64_t step);
  void act(const Step& step);
  std::vector<Place> select(const Selection& selection);
  std::vector<Place> random_of(std::vector<Place> all, std::size_t count);
  void give(Order order, const std::vector<Place>& targets);
  void carry_out(Active& active);
  Network::Cut links_cut_by(const Partition& partition, const std::vector<Place>& targets);
  bool matches(const When& when, const Happening& happening) const;
  void heal();
  void end(const Active& active);

  const std::vector<Step>& timeline_;
  Queue& queue_;
  Network& network_;
  Coverage& coverage_;
  Stage& stage_;
  base::Random random_;
  std::vector<std::uint64_t> seen_;  // by step: how many matching events
  std::map<std::uint64_t, Active> active_;
  std::uint64_t last_fault_ = 0;
  std::optional<Place> event_node_;
  std::optional<Place> event_client_;
  bool finished_ = false;
};

}  // namespace sim
