// What of a scenario can't be played by real processes, or not as the simulator does it.
#pragma once

#include <string>
#include <vector>

#include "sim/scenario.hpp"

namespace real {

struct Unplayed {
  std::string path;  // of the key
  std::string why;   // and what happens instead
  // The story is another one without it: such a run is no pass.
  bool weighs = true;
};

// `skewed`: the servers' clocks can be set.
std::vector<Unplayed> unplayed(const sim::Scenario& scenario, bool skewed);

// Whether a real run counts this: what `require` may ask of it.
bool is_counted(const std::string& counter);

// The same story with an earlier end: everything heals at `until`, and every client must come to its end
// within converge_within. `until` > 0; a scenario that ends earlier stays as it is.
sim::Scenario cut_short(sim::Scenario scenario, sim::Duration until);

}  // namespace real
