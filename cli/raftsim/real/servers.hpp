// The lockd processes of a run: one a place, each with a folder of its own.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/raftsim/real/network.hpp"
#include "cli/raftsim/real/process.hpp"
#include "cli/raftsim/real/skew.hpp"
#include "core/base/id.hpp"
#include "sim/scenario.hpp"

namespace real {

// Of one machine, as the simulator draws it.
struct DrawnClock {
  base::Duration offset;
  std::int64_t drift_ppm;
};
DrawnClock draw_clock(const sim::Scenario& scenario, Place place, const sim::Distribution& drift_ppm,
                      sim::Draws& random);

class Servers {
 public:
  struct Handlers {
    std::function<void(Place, const std::string& line)> line;
    // A process has ended that nobody had ended.
    std::function<void(Place, const std::string& how)> ended;
  };
  // `folder`: everything of theirs lies in it. `skewed`: whether `lockd` is a test build whose clocks can be
  // set.
  Servers(Poller& poller, const Network& network, const sim::Scenario& scenario, sim::Tape& tape,
          std::string lockd, bool skewed, std::string folder, Handlers handlers);

  base::NodeId id(Place place) const { return servers_[place].id; }
  std::optional<Place> place_of(std::uint64_t number) const;
  bool is_up(Place place) const { return servers_[place].process != nullptr; }

  // A member of the first configuration starts, or one that was there starts again. Not while it is up.
  void start(Place place);
  // By SIGKILL.
  void crash(Place place);
  void pause(Place place);
  void resume(Place place);
  // Does nothing where the build is no skewed one.
  void jump(Place place, base::Duration by, bool monotonic);
  // A server of this number, with an empty disk, asks the cluster for its place once more, as the same
  // incarnation. Not while one is up.
  void move_in(Place place, base::NodeId id, std::uint64_t incarnation);
  // Whoever lives here is gone, and its folder. Not while it is up.
  void move_out(Place place);

 private:
  struct Server {
    base::NodeId id;
    bool joined = false;
    bool paused = false;
    std::int64_t drift_ppm = 0;
    std::unique_ptr<Skew> skew;
    std::unique_ptr<Process> process;
  };
  std::string data_of(Place place) const;
  std::vector<std::string> command(Place place) const;
  std::string addresses() const;
  std::string others(Place place) const;

  Poller& poller_;
  const Network& network_;
  const sim::Scenario& scenario_;
  std::string lockd_;
  std::string folder_;
  Handlers handlers_;
  std::vector<Server> servers_;
};

}  // namespace real
